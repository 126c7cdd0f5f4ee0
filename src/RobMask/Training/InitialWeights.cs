using RobMask.Engines;
using RobMask.Networks;
using RobMask.Numerics;

namespace RobMask.Training;

/// <summary>Draws the parameters that a run begins with.</summary>
/// <remarks>
/// Weights and biases as PyTorch's layers do: kaiming_uniform_ with a = √5, which is uniform in ± 1/√(fan-in), for both.
/// Parameter i of the network uses the random numbers (seed, weights, i). γ = 1 and β = 0; several primary masks of
/// RobMask start at γ = 1 ± noise. Running means are 0 and variances 1.
/// </remarks>
public static class InitialWeights
{
    /// <summary>Sets every parameter and running statistic.</summary>
    /// <param name="engine">The model's engine.</param>
    /// <param name="model">The network.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="maskNoise">Half the width of the range of γ, where there are several primary masks.</param>
    public static void Draw(IEngine engine, IModel model, ulong seed, float maskNoise = 0)
    {
        for (int i = 0; i < model.Parameters.Count; i++)
        {
            ModelParameter parameter = model.Parameters[i];
            PhiloxKey key = new(seed, PhiloxStreams.Weights, (uint)i);
            switch (parameter.Info.Role)
            {
                case ParameterRole.Gamma when model.Graph.MaskCount > 1 && maskNoise > 0:
                    engine.FillUniform(parameter.Value, key, 1 - maskNoise, 1 + maskNoise);
                    break;
                case ParameterRole.Gamma:
                    engine.Fill(parameter.Value, 1);
                    break;
                case ParameterRole.Beta:
                    engine.Fill(parameter.Value, 0);
                    break;
                default:
                    float bound = (float)(1 / Math.Sqrt(parameter.Info.FanIn));
                    engine.FillUniform(parameter.Value, key, -bound, bound);
                    break;
            }
        }

        foreach (ModelBuffer buffer in model.Buffers)
        {
            engine.Fill(buffer.Value, buffer.Info.Role == ParameterRole.RunningVariance ? 1 : 0);
        }
    }
}
