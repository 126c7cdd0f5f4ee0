using RobMask.Engines;
using RobMask.Tensors;

namespace RobMask.Attacks;

/// <summary>What an attack sees of a network: logits at given images, and the gradient of a function of them.</summary>
/// <remarks>
/// The method decides which mask and statistics stand behind it. A target that mixes masks from the perturbation
/// recomputes them at every call. Neither call changes parameters, their gradients or running statistics.
/// </remarks>
public interface IAttackTarget
{
    /// <summary>The engine that holds the network.</summary>
    IEngine Engine { get; }

    /// <summary>The number of classes.</summary>
    int Classes { get; }

    /// <summary>Names the clean images and radii of the points that follow.</summary>
    /// <param name="clean">[N, …].</param>
    /// <param name="epsilon">The radius of each image, [N].</param>
    void Begin(ITensor clean, ITensor epsilon);

    /// <summary>Computes the logits [N, K]; they last until the next call.</summary>
    /// <param name="images">[N, …]; must stay as they are until <see cref="InputGradient"/> is done.</param>
    /// <param name="keepForGradient">True where <see cref="InputGradient"/> follows.</param>
    ITensor Logits(ITensor images, bool keepForGradient);

    /// <summary>The gradient of the images of the last <see cref="Logits"/>, [N, …]; it lasts until the next call.</summary>
    /// <param name="logitGradient">The gradient of the logits, [N, K].</param>
    ITensor InputGradient(ITensor logitGradient);
}
