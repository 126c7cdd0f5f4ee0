using System.Globalization;
using RobMask.Tensors;

namespace RobMask.Data;

/// <summary>The UCI «Optical Recognition of Handwritten Digits»: 1×8×8 images of integers 0 to 16, pixel = value / 16.</summary>
/// <remarks>Comma-separated; the 64 pixels, row-major, then the digit. A first line that begins with a letter is a header.</remarks>
public static class OptDigitsFiles
{
    private const int Pixels = 64;
    private const int Largest = 16;
    private static readonly string[] Digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    /// <summary>Loads optdigits.tra and optdigits.tes of a folder; one may be missing.</summary>
    /// <exception cref="InvalidDataException">Both are missing, or one is malformed.</exception>
    public static DatasetPair Load(string folder)
    {
        string train = Path.Combine(folder, "optdigits.tra");
        string test = Path.Combine(folder, "optdigits.tes");
        return File.Exists(train) || File.Exists(test)
            ? new DatasetPair(File.Exists(train) ? ReadFile(train) : null, File.Exists(test) ? ReadFile(test) : null, $"{folder} has no such file") { SuggestedEpsilon = 0.1f }
            : throw BadFile.Of(folder, "holds neither optdigits.tra nor optdigits.tes");
    }

    /// <summary>Reads one file.</summary>
    /// <exception cref="InvalidDataException">A line is malformed, or there is no image.</exception>
    public static Dataset ReadFile(string path)
    {
        List<byte> pixels = [];
        List<byte> labels = [];
        int line = 0;
        foreach (string text in File.ReadLines(path))
        {
            line++;
            bool header = line == 1 && text.Length > 0 && char.IsAsciiLetter(text[0]);
            if (!header && !string.IsNullOrWhiteSpace(text))
            {
                ParseLine(path, line, text, pixels, labels);
            }
        }

        return labels.Count > 0
            ? new ByteDataset("optdigits", new TensorShape(1, 8, 8), [.. pixels], [.. labels], Digits, Largest)
            : throw BadFile.AtLine(path, line, "the file ended without an image");
    }

    private static void ParseLine(string path, int line, ReadOnlySpan<char> text, List<byte> pixels, List<byte> labels)
    {
        int columns = text.Count(',') + 1;
        if (columns != Pixels + 1)
        {
            throw BadFile.AtLine(path, line, $"must have {Pixels + 1} values, found {columns}");
        }

        int column = 0;
        foreach (Range range in text.Split(','))
        {
            int largest = column < Pixels ? Largest : Digits.Length - 1;
            ReadOnlySpan<char> field = text[range].Trim();
            if (!byte.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out byte value) || value > largest)
            {
                string found = field.Length <= 20 ? field.ToString() : $"{field[..20]}…";
                throw BadFile.AtLine(path, line, $"value {column + 1} must be an integer from 0 to {largest}, found «{found}»");
            }

            (column < Pixels ? pixels : labels).Add(value);
            column++;
        }
    }
}
