using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace RobMask.Torch.Engine;

/// <summary>Tells that memory ran out from libtorch's other errors, which all come as one type of exception.</summary>
public static partial class TorchMemory
{
    /// <summary>What ran out where, in a sentence; null where an exception says something else.</summary>
    /// <param name="problem">The exception, or one whose cause it is.</param>
    public static string? Explain(Exception problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        if (problem.GetBaseException() is not ExternalException { Message: string message })
        {
            return null;
        }

        if (OnDevice().Match(message) is { Success: true } cuda)
        {
            return $"cuda:{cuda.Groups["device"].Value}: too little GPU memory: {cuda.Groups["wanted"].Value} more were wanted, {cuda.Groups["free"].Value} of {cuda.Groups["all"].Value} are free";
        }

        if (OnHost().Match(message) is { Success: true } host)
        {
            double bytes = double.Parse(host.Groups["wanted"].Value, CultureInfo.InvariantCulture);
            return string.Create(CultureInfo.InvariantCulture, $"cpu: too little memory: {bytes / (1 << 20):0.##} MiB more were wanted");
        }

        return Other().IsMatch(message) ? $"too little memory ({message.Split('\n')[0].Trim()})" : null;
    }

    // c10/cuda/CUDACachingAllocator.cpp; before 2.1 «(GPU 0; 1.00 GiB total capacity; …; 4.00 MiB free; …)».
    [GeneratedRegex(@"CUDA out of memory\. Tried to allocate (?<wanted>[\d.]+ \w+)(\.| )(.|\n)*?GPU (?<device>\d+)( has a total capacity of (?<all>[\d.]+ \w+) of which (?<free>[\d.]+ \w+) is free|; (?<all>[\d.]+ \w+) total capacity;.*?(?<free>[\d.]+ \w+) free)")]
    private static partial Regex OnDevice();

    // c10/core/impl/alloc_cpu.cpp
    [GeneratedRegex(@"DefaultCPUAllocator: (can't allocate memory|not enough memory): you tried to allocate (?<wanted>\d+) bytes")]
    private static partial Regex OnHost();

    [GeneratedRegex(@"out of memory|_ALLOC_FAILED|bad_alloc|bad allocation", RegexOptions.IgnoreCase)]
    private static partial Regex Other();
}
