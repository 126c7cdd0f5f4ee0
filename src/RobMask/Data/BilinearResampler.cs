using System.Numerics.Tensors;

namespace RobMask.Data;

/// <summary>Makes a part of an image smaller or larger: bilinear with antialiasing, the same bits on every machine.</summary>
/// <remarks>
/// <para>Definition (that of Pillow's <c>resize(…, BILINEAR, box)</c> and of PyTorch's <c>interpolate(…, antialias=True)</c>). Along
/// one axis of n positions that become m, in double: scale s = n/m, reach f = max(s, 1), centre of output i c = (i + ½)·s;
/// positions j from max(⌊c − f + ½⌋, 0) to min(⌊c + f + ½⌋, n) − 1 enter with weight max(1 − |j − c + ½|/f, 0), divided by the sum
/// of the weights (added in order of j) and rounded to float.</para>
/// <para>Order: rows first. The value of output column x in a source row is one chain of fused multiply-adds in float
/// from +0 over j ascending; then that of output row y over the rows of that, likewise. The result is rounded to the nearest byte, halves
/// to even, and 0 … 255. Nothing outside the part is read.</para>
/// <para>Pillow rounds to a byte between the two axes too, PyTorch to none for floats; so a byte may differ from theirs by 1.</para>
/// </remarks>
internal sealed class BilinearResampler
{
    private const int Channels = 3;

    private readonly Taps _columns = new();
    private readonly Taps _rows = new();
    private float[] _lines = [];
    private float[] _values = [];

    /// <summary>Makes a part of an image larger or smaller and writes a window of that.</summary>
    /// <param name="image">The image.</param>
    /// <param name="part">The part of it.</param>
    /// <param name="height">The rows that the part becomes.</param>
    /// <param name="width">The columns that it becomes.</param>
    /// <param name="window">What is wanted of those.</param>
    /// <param name="flip">Write the window mirrored left to right.</param>
    /// <param name="destination">Receives byte / 255 as planes [3, rows, columns] of the window.</param>
    public void Resample(in DecodedImage image, CropWindow part, int height, int width, CropWindow window, bool flip, Span<float> destination)
    {
        ReadOnlySpan<float> values = Values(image, part, height, width, window);
        int area = window.Height * window.Width;
        for (int y = 0; y < window.Height; y++)
        {
            for (int x = 0; x < window.Width; x++)
            {
                int target = (y * window.Width) + (flip ? window.Width - 1 - x : x);
                int source = ((y * window.Width) + x) * Channels;
                for (int c = 0; c < Channels; c++)
                {
                    destination[(c * area) + target] = Math.Clamp(MathF.Round(values[source + c]), 0f, 255f) / 255f;
                }
            }
        }
    }

    /// <summary>The values before they are rounded to bytes, [rows, columns, 3] of the window; the next call overwrites them.</summary>
    internal ReadOnlySpan<float> Values(in DecodedImage image, CropWindow part, int height, int width, CropWindow window)
    {
        _columns.Set(part.Width, width, window.Left, window.Width);
        _rows.Set(part.Height, height, window.Top, window.Height);
        int first = _rows.Start(0);
        int last = _rows.Start(window.Height - 1) + _rows.Weights(window.Height - 1).Length;
        int length = window.Width * Channels;
        Grow(ref _lines, (last - first) * length);
        Grow(ref _values, window.Height * length);
        for (int row = first; row < last; row++)
        {
            ReadOnlySpan<byte> source = image.Interleaved.AsSpan((((part.Top + row) * image.Width) + part.Left) * Channels, part.Width * Channels);
            Columns(source, _lines.AsSpan((row - first) * length, length));
        }

        for (int y = 0; y < window.Height; y++)
        {
            Span<float> values = _values.AsSpan(y * length, length);
            values.Clear();
            int line = _rows.Start(y) - first;
            foreach (float weight in _rows.Weights(y))
            {
                TensorPrimitives.FusedMultiplyAdd(_lines.AsSpan(line * length, length), weight, values, values);
                line++;
            }
        }

        return _values.AsSpan(0, window.Height * length);
    }

    private static void Grow(ref float[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            buffer = new float[length];
        }
    }

    private void Columns(ReadOnlySpan<byte> source, Span<float> line)
    {
        for (int x = 0; x < line.Length / Channels; x++)
        {
            ReadOnlySpan<float> weights = _columns.Weights(x);
            ReadOnlySpan<byte> pixels = source.Slice(_columns.Start(x) * Channels, weights.Length * Channels);
            float red = 0;
            float green = 0;
            float blue = 0;
            for (int j = 0; j < weights.Length; j++)
            {
                float weight = weights[j];
                red = float.FusedMultiplyAdd(weight, pixels[Channels * j], red);
                green = float.FusedMultiplyAdd(weight, pixels[(Channels * j) + 1], green);
                blue = float.FusedMultiplyAdd(weight, pixels[(Channels * j) + 2], blue);
            }

            line[Channels * x] = red;
            line[(Channels * x) + 1] = green;
            line[(Channels * x) + 2] = blue;
        }
    }

    /// <summary>Which positions of an axis enter each output, and with what weights.</summary>
    private sealed class Taps
    {
        private int[] _starts = [];
        private int[] _offsets = [];
        private float[] _weights = [];

        public int Start(int output) => _starts[output];

        public ReadOnlySpan<float> Weights(int output) => _weights.AsSpan(_offsets[output].._offsets[output + 1]);

        /// <summary>Computes outputs <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> − 1 of <paramref name="outputs"/> over <paramref name="positions"/>.</summary>
        public void Set(int positions, int outputs, int first, int count)
        {
            double scale = (double)positions / outputs;
            double reach = Math.Max(scale, 1);
            int most = (int)Math.Ceiling(reach) * 2 + 1;
            if (_starts.Length < count)
            {
                _starts = new int[count];
                _offsets = new int[count + 1];
            }

            Grow(ref _weights, count * most);
            int offset = 0;
            for (int i = 0; i < count; i++)
            {
                double centre = (first + i + 0.5) * scale;
                int begin = Math.Max((int)Math.Floor(centre - reach + 0.5), 0);
                int end = Math.Min((int)Math.Floor(centre + reach + 0.5), positions);
                double sum = 0;
                for (int j = begin; j < end; j++)
                {
                    sum += Weight(j);
                }

                _starts[i] = begin;
                _offsets[i] = offset;
                for (int j = begin; j < end; j++)
                {
                    _weights[offset++] = (float)(Weight(j) / sum);
                }

                double Weight(int j) => Math.Max(1 - (Math.Abs(j - centre + 0.5) / reach), 0);
            }

            _offsets[count] = offset;
        }
    }
}
