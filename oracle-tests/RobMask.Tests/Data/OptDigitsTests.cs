using RobMask.Data;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Data;

public sealed class OptDigitsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void The_published_files_have_the_published_counts_and_first_line()
    {
        DatasetPair pair = OptDigitsFiles.Load(SharedData.Require("optdigits"));
        Assert.Equal(3823, pair.Train.Count);
        Assert.Equal(1797, pair.Test.Count);
        Assert.Equal(new TensorShape(1, 8, 8), pair.Train.ImageShape);

        // The class counts of optdigits.names, section «Class Distribution».
        int[] counts = new int[10];
        for (int i = 0; i < pair.Train.Count; i++)
        {
            counts[pair.Train.Label(i)]++;
        }

        Assert.Equal([376, 389, 380, 389, 387, 376, 377, 387, 380, 382], counts);
        float[] image = new float[64];
        pair.Train.CopyImage(0, image);
        Assert.Equal([0f, 1 / 16f, 6 / 16f, 15 / 16f, 12 / 16f, 1 / 16f, 0f, 0f, 0f, 7 / 16f], image[..10]);
        Assert.Equal(0, pair.Train.Label(0));
    }

    [Fact]
    public void The_header_line_is_optional()
    {
        Dataset with = OptDigitsFiles.ReadFile(_folder.Write("with", "Block 1,Class\r\n" + Line(16, 3) + "\r\n"));
        Dataset without = OptDigitsFiles.ReadFile(_folder.Write("without", Line(16, 3)));
        Assert.Equal(1, with.Count);
        Assert.Equal(1, without.Count);
        Assert.Equal(3, with.Label(0));
        float[] image = new float[64];
        with.CopyImage(0, image);
        Assert.All(image, value => Assert.Equal(1f, value));
    }

    [Theory]
    [InlineData("NaN", "value 2 must be an integer from 0 to 16, found «NaN»")]
    [InlineData("17", "found «17»")]
    [InlineData("-1", "found «-1»")]
    [InlineData("1.5", "found «1.5»")]
    [InlineData("", "found «»")]
    [InlineData("99999999999999999999999999", "found «99999999999999999999…»")]
    [InlineData("1,2", "must have 65 values, found 66")]
    public void A_wrong_value_is_refused_with_its_line(string value, string rule)
    {
        string path = _folder.Write("bad.tra", Line(0, 1) + "\n0," + value + Line(0, 1)[3..]);
        FileErrors.Names(path, () => OptDigitsFiles.ReadFile(path), "line 2: ", rule);
    }

    [Fact]
    public void A_label_above_nine_an_empty_file_and_an_empty_folder_are_refused()
    {
        string label = _folder.Write("label.tra", Line(0, 10));
        FileErrors.Names(label, () => OptDigitsFiles.ReadFile(label), "line 1", "value 65 must be an integer from 0 to 9");
        string empty = _folder.Write("empty.tra", "Block 1,Class\n\n");
        FileErrors.Names(empty, () => OptDigitsFiles.ReadFile(empty), "without an image");
        FileErrors.Names(_folder.Path, () => OptDigitsFiles.Load(_folder.Path), "neither optdigits.tra nor");
    }

    private static string Line(int pixel, int label) => string.Join(',', Enumerable.Repeat(pixel, 64).Append(label));
}
