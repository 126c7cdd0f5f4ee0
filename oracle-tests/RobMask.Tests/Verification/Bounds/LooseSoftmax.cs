namespace RobMask.Tests.Verification.Bounds;

/// <summary>Softmax and the losses made of it in float, otherwise than here.</summary>
internal static class LooseSoftmax
{
    public static (float[] Probabilities, float[] Logarithms) Row(float[] x, LooseFloat loose)
    {
        float greatest = x.Aggregate((a, b) => float.IsNaN(a) || a > b ? a : b);
        float[] shifted = [.. x.Select(value => value - greatest)];
        float[] exponentials = [.. shifted.Select(loose.Exp)];
        float sum = loose.Sum([.. exponentials]);
        float logarithm = loose.Log(sum);
        float together = greatest + logarithm;
        float[] logarithms = [.. x.Select((value, j) => loose.OtherWay ? value - together : shifted[j] - logarithm)];
        float[] probabilities = loose.Way ? [.. exponentials.Select(e => loose.OtherWay ? e / sum : e * (1 / sum))] : [.. logarithms.Select(loose.Exp)];
        return (probabilities, logarithms);
    }

    /// <summary>Smoothed image by image, or the two sums over the batch first.</summary>
    public static float[] CrossEntropy(BoundCase one, LooseFloat loose)
    {
        (float[][] rows, int[] labels, float smoothing) = (Rows(one, "input"), one.Labels("target"), one.Number("label_smoothing"));
        float[][] logarithms = [.. rows.Select(row => Row(row, loose).Logarithms)];
        float[] atLabel = [.. logarithms.Select((row, n) => -row[labels[n]])];
        if (smoothing == 0)
        {
            return Reduce(one, atLabel, loose);
        }

        float share = smoothing / rows[0].Length;
        float[] everywhere = [.. logarithms.Select(row => -loose.Sum([.. row]))];
        if (one.Attributes["reduction"] == "none" || loose.Way)
        {
            return Reduce(one, [.. atLabel.Zip(everywhere, (a, b) => ((1 - smoothing) * a) + (share * b))], loose);
        }

        return [((1 - smoothing) * Reduce(one, atLabel, loose)[0]) + (share * Reduce(one, everywhere, loose)[0])];
    }

    /// <summary>factor·(p − q), or backwards through log-softmax.</summary>
    public static float[] CrossEntropyBackward(BoundCase one, LooseFloat loose)
    {
        (float[][] rows, int[] labels, float smoothing) = (Rows(one, "input"), one.Labels("target"), one.Number("label_smoothing"));
        float factor = Factor(one, rows.Length);
        List<float> gradient = [];
        for (int n = 0; n < rows.Length; n++)
        {
            (float[] p, _) = Row(rows[n], loose);
            float share = smoothing / p.Length;
            float[] q = [.. p.Select((_, j) => j == labels[n] ? 1 - smoothing + share : share)];
            float[] g = [.. q.Select(value => -(value * factor))];
            float sum = loose.Sum([.. g]);
            gradient.AddRange(p.Select((value, j) => loose.OtherWay ? g[j] - (value * sum) : (value - q[j]) * factor));
        }

        return [.. gradient];
    }

    /// <summary>p·(log p − log q) of log-softmaxes, or p·log p − p·log q with the logarithm of the rounded p.</summary>
    public static float[] Divergence(BoundCase one, LooseFloat loose)
    {
        (float[][] rows, float[][] references) = (Rows(one, "input"), Rows(one, "reference"));
        float[] losses = new float[rows.Length];
        for (int n = 0; n < rows.Length; n++)
        {
            (float[] p, float[] logP) = Row(references[n], loose);
            float[] logQ = Row(rows[n], loose).Logarithms;
            losses[n] = loose.Sum([.. p.Select((value, j) => loose.OtherWay ? value * (logP[j] - logQ[j]) : (value == 0 ? 0 : value * loose.Log(value)) - (value * logQ[j]))]);
        }

        return Reduce(one, losses, loose);
    }

    public static (float[] Input, float[] Reference) DivergenceBackward(BoundCase one, LooseFloat loose)
    {
        (float[][] rows, float[][] references) = (Rows(one, "input"), Rows(one, "reference"));
        float factor = Factor(one, rows.Length);
        List<float> input = [];
        List<float> reference = [];
        for (int n = 0; n < rows.Length; n++)
        {
            (float[] p, float[] logP) = Row(references[n], loose);
            (float[] q, float[] logQ) = Row(rows[n], loose);
            float sum = loose.Sum([.. p]);
            input.AddRange(p.Select((value, j) => loose.OtherWay ? ((q[j] * sum) - value) * factor : (q[j] - value) * factor));
            float[] h = [.. logP.Select((value, j) => (loose.Way ? value : p[j] == 0 ? 0 : loose.Log(p[j])) + 1 - logQ[j])];
            float inner = loose.Sum([.. p.Select((value, j) => value * h[j])]);
            reference.AddRange(p.Select((value, j) => factor * (value * (h[j] - inner))));
        }

        return ([.. input], [.. reference]);
    }

    public static float[][] Rows(BoundCase one, string name) => [.. one[name].Chunk(one.Shape(name)[1])];

    public static float Factor(BoundCase one, int images) => one.Attributes["reduction"] == "mean" ? 1f / images : 1;

    public static float[] Reduce(BoundCase one, float[] losses, LooseFloat loose) => one.Attributes["reduction"] switch
    {
        "none" => losses,
        "sum" => [loose.Sum([.. losses])],
        _ => [loose.Divide(loose.Sum([.. losses]), losses.Length)],
    };
}
