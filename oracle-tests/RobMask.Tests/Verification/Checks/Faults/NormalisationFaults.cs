using RobMask.Tensors;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;

namespace RobMask.Tests.Verification.Checks.Faults;

/// <summary>Faults of normalisation, rescaling and mixtures.</summary>
internal static class NormalisationFaults
{
    public static IEnumerable<Fault> All =>
    [
        new("biased variance into the running one", "normalize", r => Statistics(r, (answer, _, values) => answer.Each("running_var", (c, value) => Running(r, c, Output(answer, "var").Span[c])))),
        new("unbiased variance normalises", "normalize", r => Normalised(r, (x, mean, variance, eps, count) => (x - mean) / MathF.Sqrt((variance * count / (count - 1)) + eps))),
        new("momentum complemented", "normalize", r => Edit.Right(r.With("momentum", (1 - r.Number("momentum")).ToString("R", System.Globalization.CultureInfo.InvariantCulture)))),
        new("eps outside the root", "normalize", r => Normalised(r, (x, mean, variance, eps, _) => (x - mean) / (MathF.Sqrt(variance) + eps))),
        new("eps missing", "normalize", r => Normalised(r, (x, mean, variance, _, _) => (x - mean) / MathF.Sqrt(variance))),
        new("one-pass variance on shifted data", "normalize", OnePass),
        new("statistics held constant in the backward pass", "normalize_backward", StatisticsConstant),
        new("coefficients of the wrong image", "mixed_rescale", r => Edit.Right(r.With("coefficients", NextImage(r.Input("coefficients"))))),
        new("the last primary mask left out", "mixed_rescale", r => Edit.Right(r.With("coefficients", WithoutLast(r.Input("coefficients"))))),
        new("gradient of the coefficients without beta", "mixed_rescale_backward", r => Edit.Right(r.With("betas", new DenseTensor<float>(r.Input("betas").Shape)))),
        new("gamma of the wrong channel", "rescale", r => Edit.Right(r.With("gamma", NextChannel(r.Input("gamma"))))),
    ];

    private static DenseTensor<float> Output(IReadOnlyList<NamedTensor> answer, string name) => (DenseTensor<float>)answer.First(one => one.Name == name).Tensor;

    private static float Running(OperationRequest request, int channel, float variance) =>
        ((1 - request.Number("momentum")) * request.Input("running_var").Span[channel]) + (request.Number("momentum") * variance);

    private static IReadOnlyList<NamedTensor> Statistics(OperationRequest request, Func<IReadOnlyList<NamedTensor>, OperationRequest, int, IReadOnlyList<NamedTensor>> change)
    {
        IReadOnlyList<NamedTensor> answer = Edit.Right(request);
        return request.Text("training") == "true" && request.Inputs.ContainsKey("running_var") ? change(answer, request, request.Input("input").Length / request.Input("input").Shape[1]) : answer;
    }

    private static IReadOnlyList<NamedTensor> Normalised(OperationRequest request, Func<float, float, float, float, float, float> formula)
    {
        IReadOnlyList<NamedTensor> answer = Edit.Right(request);
        DenseTensor<float> input = request.Input("input");
        bool training = request.Text("training") == "true";
        DenseTensor<float> mean = training ? Output(answer, "mean") : request.Input("running_mean");
        DenseTensor<float> variance = training ? Output(answer, "var") : request.Input("running_var");
        float count = input.Length / input.Shape[1];
        return !training && formula(2, 0, 1, 0, 2) != formula(2, 0, 1, 0, 1e9f) ? answer
            : answer.Each("output", (i, _) => formula(input.Span[i], mean.Span[Edit.Split(input.Shape, i).C], variance.Span[Edit.Split(input.Shape, i).C], request.Number("eps"), count));
    }

    private static IReadOnlyList<NamedTensor> OnePass(OperationRequest request)
    {
        IReadOnlyList<NamedTensor> answer = Edit.Right(request);
        if (request.Text("training") != "true")
        {
            return answer;
        }

        DenseTensor<float> input = request.Input("input");
        int channels = input.Shape[1];
        float count = input.Length / channels;
        float[] sums = new float[channels];
        float[] squares = new float[channels];
        for (int i = 0; i < input.Length; i++)
        {
            sums[Edit.Split(input.Shape, i).C] += input.Span[i];
            squares[Edit.Split(input.Shape, i).C] += input.Span[i] * input.Span[i];
        }

        float Variance(int c) => MathF.Max(0, (squares[c] / count) - (sums[c] / count * (sums[c] / count)));
        return answer.Each("var", (c, _) => Variance(c))
            .Each("output", (i, _) => (input.Span[i] - (sums[Edit.Split(input.Shape, i).C] / count)) / MathF.Sqrt(Variance(Edit.Split(input.Shape, i).C) + request.Number("eps")));
    }

    private static IReadOnlyList<NamedTensor> StatisticsConstant(OperationRequest request)
    {
        if (request.Text("training") != "true")
        {
            return Edit.Right(request);
        }

        IReadOnlyList<NamedTensor> forward = OperationCatalog.Run(new OperationRequest("normalize", new Dictionary<string, ITensor> { ["input"] = request.Inputs["input"] }, new Dictionary<string, string> { ["training"] = "true" }));
        Dictionary<string, ITensor> inputs = new(request.Inputs) { ["running_mean"] = Output(forward, "mean"), ["running_var"] = Output(forward, "var") };
        return Edit.Right(request.With("training", "false") with { Inputs = inputs });
    }

    private static DenseTensor<float> NextImage(DenseTensor<float> rows) => rows.Map((i, _) => rows.Span[(i + rows.Shape[1]) % rows.Length]);

    private static DenseTensor<float> NextChannel(DenseTensor<float> rows)
    {
        int channels = rows.Shape[rows.Shape.Rank - 1];
        return rows.Map((i, _) => rows.Span[(i / channels * channels) + ((i + 1) % channels)]);
    }

    private static DenseTensor<float> WithoutLast(DenseTensor<float> rows) => rows.Map((i, value) => i % rows.Shape[1] == rows.Shape[1] - 1 && rows.Shape[1] > 1 ? 0 : value);
}
