using RobMask.Tensors;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;

namespace RobMask.Tests.Verification.Checks.Faults;

/// <summary>Faults of the optimiser, of attacks and of random numbers.</summary>
internal static class StepFaults
{
    public static IEnumerable<Fault> All =>
    [
        new("nesterov ignored", "sgd_step", r => Edit.Right(r.With("nesterov", "false"))),
        new("weight decay after momentum", "sgd_step", DecayAfterMomentum),
        new("dampening on the first step", "sgd_step", DampenedFirstStep),
        new("momentum buffer not written back", "sgd_step", StaleBuffer),
        new("sign(0) = 1", "pgd_step", r => Edit.Right(r.Text("norm") == "linf" ? r.Mapped(value => value == 0 ? 1 : value, "grad") : r)),
        new("projection before the step", "pgd_step", StepUnprojected),
        new("clipped to the box before the ball", "pgd_step", BoxBeforeBall),
        new("ball of epsilon skipped", "pgd_step", r => Edit.Right(r.With("epsilon", "1e9"))),
        new("box skipped", "pgd_step", r => Edit.Right(r.With("min", "-1e9").With("max", "1e9"))),
        new("norm of the batch instead of the image's", "pgd_step", NormOfBatch),
        new("another stream of random numbers", "philox", r => Edit.Right(r.With("stream", "10"))),
        new("the same random number twice", "philox", SameTwice),
    ];

    private static IReadOnlyList<NamedTensor> DecayAfterMomentum(OperationRequest request)
    {
        float decay = request.Number("weight_decay");
        float rate = request.Number("lr");
        DenseTensor<float> before = request.Input("param");
        return Edit.Right(request.With("weight_decay", "0")).Each("param", (i, value) => value - (rate * decay * before.Span[i]));
    }

    private static IReadOnlyList<NamedTensor> DampenedFirstStep(OperationRequest request)
    {
        IReadOnlyList<NamedTensor> answer = Edit.Right(request);
        if (answer.Count < 2 || request.Inputs.ContainsKey("momentum_buffer"))
        {
            return answer;
        }

        float left = 1 - request.Number("dampening");
        DenseTensor<float> buffer = ((DenseTensor<float>)answer[1].Tensor).Map(value => left * value);
        DenseTensor<float> before = request.Input("param");
        return left == 1 ? answer : [new("param", before.Map((i, value) => value - (request.Number("lr") * buffer.Span[i]))), new("momentum_buffer", buffer)];
    }

    private static IReadOnlyList<NamedTensor> StaleBuffer(OperationRequest request) =>
        Edit.Right(request).Each("momentum_buffer", (i, value) => request.Inputs.ContainsKey("momentum_buffer") ? request.Input("momentum_buffer").Span[i] : value);

    // Into ball and box, then the step: it may leave both.
    private static IReadOnlyList<NamedTensor> StepUnprojected(OperationRequest request)
    {
        if (request.Text("norm") == "l2")
        {
            return Edit.Right(request);
        }

        DenseTensor<float> inside = (DenseTensor<float>)Edit.Right(request.With("step_size", "0"))[0].Tensor;
        DenseTensor<float> grad = request.Input("grad");
        float step = request.Number("step_size");
        return [new("output", inside.Map((i, value) => value + (grad.Span[i] > 0 ? step : grad.Span[i] < 0 ? -step : 0)))];
    }

    // In L∞ both orders agree where the origin is in the box; in L2 they do not.
    private static IReadOnlyList<NamedTensor> BoxBeforeBall(OperationRequest request)
    {
        DenseTensor<float> stepped = (DenseTensor<float>)Edit.Right(request.With("epsilon", "1e9"))[0].Tensor;
        return Edit.Right(request.With("input", stepped).With("step_size", "0"));
    }

    private static IReadOnlyList<NamedTensor> NormOfBatch(OperationRequest request)
    {
        if (request.Text("norm") != "l2")
        {
            return Edit.Right(request);
        }

        // As one image of all pixels: one norm of the gradient, one of the perturbation.
        OperationRequest flat = request;
        TensorShape one = new(1, request.Input("input").Length);
        foreach (string name in new[] { "input", "origin", "grad" })
        {
            flat = flat.With(name, request.Input(name).View(one));
        }

        return [new("output", ((DenseTensor<float>)Edit.Right(flat)[0].Tensor).View(request.Input("input").Shape))];
    }

    private static IReadOnlyList<NamedTensor> SameTwice(OperationRequest request)
    {
        DenseTensor<float>? numbers = Edit.Right(request)[0].Tensor as DenseTensor<float>;
        return numbers is null ? Edit.Right(request) : [new("output", numbers.Map((i, value) => i == 1 ? numbers.Span[0] : value))];
    }
}
