using System.Numerics;
using RobMask.Ops;

namespace RobMask.Kernels;

/// <summary>The fast forms of <see cref="Conv2d"/>, at any vector width.</summary>
internal static unsafe class ConvolutionKernels
{
    /// <summary>Forward.</summary>
    public static void Forward<T>(in ConvShape shape, T* input, T* weight, T* bias, T* addend, T* output, int bits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ConvAttributes a = shape.Attributes;
        SlidingProduct<T> product = new()
        {
            Images = shape.N,
            Groups = shape.Groups,
            Channels = shape.ChannelsPerGroup,
            SourceRows = shape.H,
            SourceColumns = shape.W,
            Source = input,
            SourceImagePitch = (nint)shape.C * shape.H * shape.W,
            SourceChannelPitch = (nint)shape.H * shape.W,
            SourceRowPitch = shape.W,
            SourceColumnPitch = 1,
            TapRows = shape.R,
            TapColumns = shape.S,
            FirstRow = -a.PaddingHeight,
            FirstColumn = -a.PaddingWidth,
            RowStep = a.DilationHeight,
            ColumnStep = a.DilationWidth,
            RowStride = a.StrideHeight,
            ColumnStride = a.StrideWidth,
            Outputs = shape.OutputsPerGroup,
            Weight = weight,
            WeightGroupPitch = (nint)shape.OutputsPerGroup * shape.Terms,
            WeightOutputPitch = shape.Terms,
            WeightChannelPitch = shape.R * shape.S,
            WeightTapRowPitch = shape.S,
            WeightTapColumnPitch = 1,
            OutputRows = shape.P,
            OutputColumns = shape.Q,
            KeptColumns = shape.Q,
            Output = output,
            OutputImagePitch = (nint)shape.K * shape.P * shape.Q,
            OutputChannelPitch = (nint)shape.P * shape.Q,
            OutputRowPitch = shape.Q,
            OutputColumnPitch = 1,
            Bias = bias,
            Addend = addend,
        };
        if (!TryImages(shape, product, true, bits))
        {
            Run(new Span<SlidingProduct<T>>(ref product), bits);
        }
    }

    /// <summary>The gradient of the input: with images in the lanes where they fill them, else for each phase of input rows, one product for each phase of columns, interleaved.</summary>
    public static void BackwardInput<T>(in ConvShape shape, T* gradOutput, T* weight, T* addend, T* gradInput, int bits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ConvAttributes a = shape.Attributes;
        SlidingProduct<T> whole = InputGradient(shape, gradOutput, weight, addend, gradInput);
        if (TryImages(shape, whole, false, bits))
        {
            return;
        }

        // Beyond the extent a stride leaves one position a phase, so no more phases than that are needed.
        int rowPhases = Math.Min(a.StrideHeight, shape.H);
        int columnPhases = Math.Min(a.StrideWidth, shape.W);
        Span<SlidingProduct<T>> products = columnPhases <= 8 ? stackalloc SlidingProduct<T>[columnPhases] : new SlidingProduct<T>[columnPhases];
        for (int rowPhase = 0; rowPhase < rowPhases; rowPhase++)
        {
            StridePhase rows = new(rowPhase, shape.H, shape.R, a.StrideHeight, a.PaddingHeight, a.DilationHeight);
            for (int columnPhase = 0; columnPhase < columnPhases; columnPhase++)
            {
                StridePhase columns = new(columnPhase, shape.W, shape.S, a.StrideWidth, a.PaddingWidth, a.DilationWidth);
                products[columnPhase] = whole with
                {
                    TapRows = rows.Taps,
                    TapColumns = columns.Taps,
                    FirstRow = rows.FirstSource,
                    FirstColumn = columns.FirstSource,
                    RowStep = rows.SourceStep,
                    ColumnStep = columns.SourceStep,
                    RowStride = 1,
                    ColumnStride = 1,
                    Weight = weight + (rows.FirstTap * shape.S) + columns.FirstTap,
                    WeightTapRowPitch = rows.TapStep * shape.S,
                    WeightTapColumnPitch = columns.TapStep,
                    OutputRows = rows.Positions,
                    OutputColumns = (shape.W + columnPhases - 1) / columnPhases,
                    KeptColumns = columns.Positions,
                    Output = gradInput + (rowPhase * shape.W),
                    Addend = addend is null ? null : addend + (rowPhase * shape.W),
                    OutputRowPitch = (nint)rowPhases * shape.W,
                    OutputColumnPitch = columnPhases,
                };
            }

            Run(products, bits);
        }
    }

    /// <summary>The gradient of the weight.</summary>
    public static void BackwardWeight<T>(in ConvShape shape, T* input, T* gradOutput, T* gradWeight, int bits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (bits)
        {
            case 512:
                WeightGradientKernel.Run<T, Tiles512<T>>(shape, input, gradOutput, gradWeight);
                break;
            case 256:
                WeightGradientKernel.Run<T, Tiles256<T>>(shape, input, gradOutput, gradWeight);
                break;
            default:
                WeightGradientKernel.Run<T, Tiles128<T>>(shape, input, gradOutput, gradWeight);
                break;
        }
    }

    /// <summary>
    /// A matrix product, output[m, j] = Σ_t left[m, t] · right[t, j] over t in order: a window of one element over an image of one row,
    /// whose channels are the steps.
    /// </summary>
    public static void Multiply<T>(
        int rows, int steps, int columns, T* left, nint leftRowPitch, nint leftStepPitch, T* right, nint rightStepPitch, nint rightColumnPitch, T* output, int bits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SlidingProduct<T> product = new()
        {
            Images = 1,
            Groups = 1,
            Channels = steps,
            SourceRows = 1,
            SourceColumns = columns,
            Source = right,
            SourceChannelPitch = rightStepPitch,
            SourceColumnPitch = rightColumnPitch,
            TapRows = 1,
            TapColumns = 1,
            RowStep = 1,
            ColumnStep = 1,
            RowStride = 1,
            ColumnStride = 1,
            Outputs = rows,
            Weight = left,
            WeightOutputPitch = leftRowPitch,
            WeightChannelPitch = leftStepPitch,
            OutputRows = 1,
            OutputColumns = columns,
            KeptColumns = columns,
            Output = output,
            OutputChannelPitch = columns,
            OutputRowPitch = columns,
            OutputColumnPitch = 1,
        };
        Run(new Span<SlidingProduct<T>>(ref product), bits);
    }

    /// <summary>The gradient of the input as one product over all taps.</summary>
    private static SlidingProduct<T> InputGradient<T>(in ConvShape shape, T* gradOutput, T* weight, T* addend, T* gradInput)
        where T : unmanaged => new()
        {
            Images = shape.N,
            Groups = shape.Groups,
            Channels = shape.OutputsPerGroup,
            SourceRows = shape.P,
            SourceColumns = shape.Q,
            Source = gradOutput,
            SourceImagePitch = (nint)shape.K * shape.P * shape.Q,
            SourceChannelPitch = (nint)shape.P * shape.Q,
            SourceRowPitch = shape.Q,
            SourceColumnPitch = 1,
            TapRows = shape.R,
            TapColumns = shape.S,
            Outputs = shape.ChannelsPerGroup,
            Weight = weight,
            WeightGroupPitch = (nint)shape.OutputsPerGroup * shape.Terms,
            WeightOutputPitch = shape.R * shape.S,
            WeightChannelPitch = shape.Terms,
            WeightTapRowPitch = shape.S,
            WeightTapColumnPitch = 1,
            OutputRows = shape.H,
            OutputColumns = shape.W,
            Output = gradInput,
            OutputImagePitch = (nint)shape.C * shape.H * shape.W,
            OutputChannelPitch = (nint)shape.H * shape.W,
            OutputRowPitch = shape.W,
            OutputColumnPitch = 1,
            Addend = addend,
        };

    /// <summary>Runs with images in the lanes where they fill them and no weight is infinite or NaN: 0 times it, in the padding, counts.</summary>
    private static bool TryImages<T>(in ConvShape shape, in SlidingProduct<T> product, bool forward, int bits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // A single tap reads each element once an output panel: bringing many channels into another order costs more than it saves.
        bool isProduct = shape.R == 1 && shape.S == 1 && shape.P == shape.H && shape.Q == shape.W && product.Outputs >= 32 && product.Channels > product.Outputs;
        if (isProduct || !ImageLaneKernel.Fits(product, bits / 8 / sizeof(T)) || !Finite.AreAll(product.Weight, (long)shape.K * shape.Terms))
        {
            return false;
        }

        switch (bits)
        {
            case 512:
                ImageLaneKernel.Run<T, Tiles512<T>>(shape, product, forward);
                break;
            case 256:
                ImageLaneKernel.Run<T, Tiles256<T>>(shape, product, forward);
                break;
            default:
                ImageLaneKernel.Run<T, Tiles128<T>>(shape, product, forward);
                break;
        }

        return true;
    }

    private static void Run<T>(Span<SlidingProduct<T>> products, int bits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (bits)
        {
            case 512:
                SlidingKernel.Run<T, Tiles512<T>>(products);
                break;
            case 256:
                SlidingKernel.Run<T, Tiles256<T>>(products);
                break;
            default:
                SlidingKernel.Run<T, Tiles128<T>>(products);
                break;
        }
    }
}
