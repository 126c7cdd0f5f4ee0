using System.Globalization;
using RobMask.Tensors;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Verification.Verdicts.Causes;

/// <summary>Names for the factors by which results are usually wrong.</summary>
internal static class ScaleNames
{
    private const double Near = 1e-5;

    /// <summary>The exact factor near a measured one, with its name; the measured one and null where it has none.</summary>
    public static (double Factor, string? Name) Of(double measured, Suspicion suspicion)
    {
        foreach ((double factor, string name) in Known(suspicion))
        {
            if (Math.Abs(measured - factor) <= Near * Math.Abs(factor))
            {
                return (factor, name);
            }
        }

        return (measured, null);
    }

    private static IEnumerable<(double Factor, string Name)> Known(Suspicion suspicion)
    {
        yield return (-1, "−1 times");
        yield return (2, "twice");
        yield return (0.5, "half");
        foreach ((string name, ITensor tensor) in suspicion.Request.Inputs)
        {
            TensorShape shape = tensor.Shape;
            for (int d = 0; d < shape.Rank; d++)
            {
                if (shape[d] > 2)
                {
                    string what = string.Create(CultureInfo.InvariantCulture, $"{shape[d]} ({PlacePatterns.Letter(shape, d)} of {name})");
                    yield return (shape[d], $"{what} times");
                    yield return (1.0 / shape[d], $"1/{what} times");
                }
            }

            if (shape.Rank == 4)
            {
                double plane = (double)shape[2] * shape[3];
                double images = plane * shape[0];
                yield return (plane, string.Create(CultureInfo.InvariantCulture, $"{plane} (the plane of {name}) times"));
                yield return (1 / plane, string.Create(CultureInfo.InvariantCulture, $"1/{plane} (the plane of {name}) times"));
                yield return (images, string.Create(CultureInfo.InvariantCulture, $"{images} (images and planes of {name}) times"));
                yield return (1 / images, string.Create(CultureInfo.InvariantCulture, $"1/{images} (images and planes of {name}) times"));
            }
        }
    }
}
