using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Data;

/// <summary>Images of noise in the extents of a real data set, for measuring speed where its files are not.</summary>
public static class SyntheticImages
{
    /// <summary>Draws images: byte i of a half is ⌊256·u⌋ of draw i of key (0, <see cref="PhiloxStreams.Data"/>, 16 for training and 17 for test images); labels go round.</summary>
    /// <param name="name">What the data are called.</param>
    /// <param name="imageShape">[C, H, W].</param>
    /// <param name="classes">The number of classes; labels use the first 256.</param>
    /// <param name="trainCount">Training images.</param>
    /// <param name="testCount">Test images.</param>
    public static DatasetPair Create(string name, TensorShape imageShape, int classes, int trainCount, int testCount)
    {
        string[] classNames = [.. Enumerable.Range(0, classes).Select(k => $"{k}")];
        return new DatasetPair(Half(0, trainCount), Half(1, testCount));

        ByteDataset Half(uint half, int count)
        {
            byte[] pixels = new byte[checked(count * imageShape.Length)];
            PhiloxStream stream = new(new PhiloxKey(0, PhiloxStreams.Data, half + 16));
            float[] words = new float[1024];
            for (int start = 0; start < pixels.Length; start += words.Length)
            {
                // 24 random bits a draw; the upper eight are the byte.
                stream.FillUniform<float>(words, 0, 256, start);
                int length = Math.Min(words.Length, pixels.Length - start);
                for (int i = 0; i < length; i++)
                {
                    pixels[start + i] = (byte)words[i];
                }
            }

            byte[] labels = [.. Enumerable.Range(0, count).Select(n => (byte)(n % Math.Min(classes, 256)))];
            return new ByteDataset(name, imageShape, pixels, labels, classNames);
        }
    }
}
