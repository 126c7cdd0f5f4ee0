using RobMask.Data;
using RobMask.Experiments.Reporting;
using RobMask.Kernels;
using RobMask.Numerics;
using RobMask.Tensors;
using RobMask.Tests.Cli;
using Xunit;

namespace RobMask.Tests.Data;

public sealed class ImageFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Files_are_sorted_within_sorted_classes_and_val_is_the_test_half()
    {
        Write("train/b/10.png", 5, 4);
        Write("train/b/2.png", 9, 3);
        Write("train/a/x.PNG", 2, 2);
        _folder.Write("set/train/a/.hidden", "x");
        Write("val/a/1.png", 3, 3);
        Write("val/b/1.png", 3, 3);
        Write("test/c/1.png", 3, 3);
        DatasetPair pair = ImageFolder.Load(_folder["set"], 8);
        Assert.Equal(["a", "b"], pair.Train.ClassNames);
        Assert.Equal([0, 1, 1], Enumerable.Range(0, 3).Select(pair.Train.Label));
        Assert.Equal(new TensorShape(3, 8, 8), pair.Train.ImageShape);
        Assert.Equal(2, pair.Test.Count);

        // «10.png» stands before «2.png»: each file is filled with a grey of its own size.
        Assert.Equal([4f / 255, 20f / 255, 27f / 255], Enumerable.Range(0, 3).Select(i => Pixels(pair.Train, i)[0]));
    }

    [Fact]
    public void A_test_folder_serves_where_there_is_no_val()
    {
        Write("train/a/1.png", 3, 3);
        Write("test/a/1.png", 3, 3);
        Write("test/a/2.png", 3, 3);
        Assert.Equal(2, ImageFolder.Load(_folder["set"], 4).Test.Count);
    }

    [Fact]
    public void Three_hundred_classes_have_their_labels()
    {
        for (int k = 0; k < 300; k++)
        {
            Write($"train/{k:000}/1.png", 2, 2);
        }

        Dataset train = ImageFolder.Load(_folder["set"], 2).Train;
        Assert.Equal(Enumerable.Range(0, 300), Enumerable.Range(0, 300).Select(train.Label));
        Assert.EndsWith(", 098, 099, …", ImageFolder.Load(_folder["set"], 2).Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void Png_jpeg_grey_and_cmyk_give_their_colours_whatever_the_name_says()
    {
        _folder.Write("set/train/a/1.png", PngEncoder.Encode([.. Enumerable.Repeat((byte[])[10, 20, 30], 12).SelectMany(rgb => rgb)], 4, 3, 3));
        _folder.Write("set/train/a/2.JPEG", PngEncoder.Encode([.. Enumerable.Repeat((byte)40, 6)], 2, 3, 1));
        _folder.Write("set/train/a/3.jpg", TestJpeg.Encode([[50]], 8, 8));
        _folder.Write("set/train/a/4.jpg", TestJpeg.Encode([[60], [128], [128]], 8, 8));

        // Adobe stores inverted ink, so a channel is c·k / 255.
        _folder.Write("set/train/a/5.jpg", TestJpeg.Encode([[255], [102], [51], [200]], 8, 8));
        Dataset train = ImageFolder.Load(_folder["set"], 2).Train;
        byte[][] expected = [[10, 20, 30], [40, 40, 40], [50, 50, 50], [60, 60, 60], [200, 80, 40]];
        for (int i = 0; i < expected.Length; i++)
        {
            float[] pixels = Pixels(train, i);
            Assert.Equal(expected[i].Select(v => v / 255f), Enumerable.Range(0, 3).Select(c => pixels[4 * c]));
        }
    }

    [Fact]
    public void A_jpeg_of_several_blocks_is_cut_and_made_smaller_as_defined()
    {
        byte[] blocks = [.. Enumerable.Range(0, 6 * 4).Select(i => (byte)(10 * i))];
        string path = _folder.Write("set/train/a/1.jpg", TestJpeg.Encode([blocks], 47, 29));
        DecodedImage image = ImageDecoder.Decode(path, File.ReadAllBytes(path), ImageLimits.Decoded);
        Assert.Equal((47, 29), (image.Width, image.Height));
        Assert.Equal(blocks[(2 * 6) + 3], image.Interleaved[((17 * 47) + 25) * 3]);

        // 14 → shorter side 16; the longer one ⌊16·47/29⌋ = 25, of which 14 from round(5.5) = 6 on.
        float[] expected = new float[3 * 14 * 14];
        new BilinearResampler().Resample(image, CropWindow.Whole(29, 47), 16, 25, new CropWindow(1, 6, 14, 14), false, expected);
        Assert.Equal(expected, Pixels(ImageFolder.Load(_folder["set"], 14).Train, 0));
    }

    [Fact]
    public void Training_images_are_the_parts_that_the_draws_name_and_the_same_with_any_batch_and_threads()
    {
        for (int i = 0; i < 7; i++)
        {
            Picture($"train/a/{i}.png", 20 + i, 31 - (2 * i), (uint)i);
        }

        Dataset train = ImageFolder.Load(_folder["set"], 8).Train;
        PhiloxKey key = new(5, PhiloxStreams.Augmentation, 3);
        float[] expected = new float[train.ImageShape.Length];
        PhiloxStream stream = new(key);
        CropWindow part = CropWindow.Random(stream, 2, 27, 22);
        byte[] file = File.ReadAllBytes(_folder["set", "train", "a", "2.png"]);
        new BilinearResampler().Resample(ImageDecoder.Decode("2", file, ImageLimits.Decoded), part, 8, 8, CropWindow.Whole(8, 8), CropWindow.Flips(stream, 2), expected);
        float[] one = Epoch(new BatchLoader(train, 7, 5, shuffle: false, Augmentation.ImageNet), 3);
        Assert.Equal(expected, one.AsSpan(2 * expected.Length, expected.Length).ToArray());
        int threads = Workers.ThreadCount;
        try
        {
            Workers.ThreadCount = 3;
            Assert.Equal(one, Epoch(new BatchLoader(train, 2, 5, shuffle: false, Augmentation.ImageNet), 3));
            Assert.NotEqual(one, Epoch(new BatchLoader(train, 2, 5, shuffle: false, Augmentation.ImageNet), 4));
            Assert.Equal(Epoch(new BatchLoader(SubsetDataset.Balanced(train, 7), 3, 5, shuffle: true, Augmentation.ImageNet), 1), Epoch(new BatchLoader(train, 7, 5, shuffle: true, Augmentation.ImageNet), 1));
        }
        finally
        {
            Workers.ThreadCount = threads;
        }
    }

    [Fact]
    public void What_is_wrong_is_named_with_its_file()
    {
        Write("train/a/1.png", 3, 3);
        string set = _folder["set"];
        string broken = _folder.Write("set/train/a/2.png", "no picture");
        FileErrors.Names(broken, () => Pixels(ImageFolder.Load(set, 4).Train, 1), "neither a PNG nor a JPEG");
        byte[] jpeg = TestJpeg.Encode([[1]], 8, 8);
        File.WriteAllBytes(broken, jpeg[..^2]);
        FileErrors.Names(broken, () => Pixels(ImageFolder.Load(set, 4).Train, 1), "ended before its end-of-image marker");
        File.WriteAllBytes(broken, TestJpeg.Encode([[1]], 16385, 1));
        FileErrors.Names(broken, () => Pixels(ImageFolder.Load(set, 4).Train, 1), "1×1 to 16384×16384, found 16385×1");
        File.WriteAllBytes(broken, TestJpeg.Encode([[1]], 16384, 16384));
        FileErrors.Names(broken, () => Pixels(ImageFolder.Load(set, 4).Train, 1), "may have 67108864 pixels, found 16384×16384");
        File.Delete(broken);

        Write("val/b/1.png", 3, 3);
        FileErrors.Names(set, () => ImageFolder.Load(set, 4), "the same classes; 2 differ: a (training only), b (test only)");
        _folder.Write("set/train/b/notes.txt", "hello");
        FileErrors.Names(_folder["set", "train", "b", "notes.txt"], () => ImageFolder.Load(set, 4), "and nothing else");
        File.Delete(_folder["set", "train", "b", "notes.txt"]);
        FileErrors.Names(_folder["set", "train", "b"], () => ImageFolder.Load(set, 4), "holds no image");
        FileErrors.Names(_folder["set", "train", "a"], () => ImageFolder.Load(_folder["set", "train", "a"], 4), "found none of the three");
        Assert.Contains("resized crop needs originals", Assert.Throws<ArgumentException>(() => new BatchLoader(ShapesGenerator.Create(new ShapesOptions { TrainCount = 4, TestCount = 0 }).Train, 2, augmentation: Augmentation.ImageNet)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_few_images_that_stand_for_all_come_from_every_class()
    {
        for (int i = 0; i < 12; i++)
        {
            Write($"train/{i / 4}/{i}.png", 1 + i, 3);
        }

        Dataset train = ImageFolder.Load(_folder["set"], 4).Train;
        Assert.Equal([0, 1, 2, 0, 1, 2, 0], Labels(SubsetDataset.Interleaved(train, 7)));
        Assert.Equal([0, 0, 0, 1, 1, 2, 2], Labels(SubsetDataset.Balanced(train, 7)));

        static IEnumerable<int> Labels(Dataset data) => Enumerable.Range(0, data.Count).Select(data.Label);
    }

    [Fact]
    public void A_damaged_file_ends_training_and_evaluation_with_its_name()
    {
        for (int i = 0; i < 8; i++)
        {
            Picture($"{(i < 4 ? "train" : "val")}/{(i % 2 == 0 ? "a" : "b")}/{i}.png", 9, 9, (uint)i);
        }

        string line = $"train --data {_folder["set"]} --image-size 8 --network cnn --width 1 --depth 1 --epochs 1 --batch-size 2 --steps 1 --eval-steps 1 --sample-images 0";
        foreach (string name in (string[])["set/val/a/6.png", "set/train/a/2.png"])
        {
            string broken = _folder.Write(name, "no picture");
            (int code, _, string error) = CommandLine.Run($"{line} --out {_folder[name.Replace('/', '-')]}");
            Assert.Equal(3, code);
            Assert.StartsWith($"robmask: {broken}: byte 0: the file is neither a PNG nor a JPEG", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_run_on_a_folder_trains_evaluates_early_and_resumes_to_the_same_bytes()
    {
        for (int i = 0; i < 24; i++)
        {
            Picture($"{(i < 16 ? "train" : "val")}/{(i % 2 == 0 ? "even" : "odd")}/{i}.png", 18 + i, 40 - i, (uint)i);
        }

        string line = $"train --data {_folder["set"]} --image-size 16 --resized-crop --flip --network cnn --width 2 --depth 2 --method robmask --epochs 3 --batch-size 5 --steps 1 --eval-steps 2 --mask-images 4 --sample-images 2 --eval-every 2 --eval-every-images 4 --keep-checkpoints 2";
        CommandLine.Succeed($"{line} --out {_folder["whole"]}");
        using (CancellationTokenSource source = new())
        {
            using CancellingWriter output = new(source, "robmask: epoch 2/3");
            using StringWriter error = new();
            Assert.Equal(130, RobMask.Cli.Program.Run([.. line.Split(' '), "--out", _folder["parts"], "--threads", "1"], output, error, cancellation: source.Token));
        }

        CommandLine.Succeed($"train --resume --out {_folder["parts"]}");
        string[] names = ["metrics.jsonl", "evaluations.jsonl", "results.json", "config.json", "checkpoints/robmask.safetensors", "checkpoints/robmask-epoch-2.safetensors"];
        Assert.All(names, name => Assert.Equal(File.ReadAllBytes(_folder["whole", name]), File.ReadAllBytes(_folder["parts", name])));
        string[] metrics = File.ReadAllLines(_folder["whole", "metrics.jsonl"]);
        Assert.Equal([false, true, true], metrics.Select(one => one.Contains("\"testRobustAccuracy\":", StringComparison.Ordinal)));
        Assert.All(metrics[1..], one => Assert.Contains("\"testImages\":4", one, StringComparison.Ordinal));
        Assert.False(File.Exists(_folder["whole", "checkpoints", "robmask-epoch-1.safetensors"]));
        Assert.Contains("on 8 test images of set", CommandLine.Succeed($"eval -m {_folder["whole", "checkpoints", "robmask.safetensors"]} --clean-only --reestimation-images 16"), StringComparison.Ordinal);
    }

    private static float[] Pixels(Dataset data, int index)
    {
        float[] pixels = new float[data.ImageShape.Length];
        data.CopyImage(index, pixels);
        return pixels;
    }

    private static float[] Epoch(BatchLoader loader, int epoch)
    {
        loader.StartEpoch(epoch);
        int length = loader.Dataset.ImageShape.Length;
        List<float> all = [];
        float[] images = new float[loader.BatchSize * length];
        int[] labels = new int[loader.BatchSize];
        for (int batch = 0; batch < loader.BatchCount; batch++)
        {
            all.AddRange(images.AsSpan(0, loader.Load(batch, images, labels) * length));
        }

        return [.. all];
    }

    /// <summary>A picture of one grey, width·height.</summary>
    private void Write(string name, int width, int height) =>
        _folder.Write("set/" + name, PngEncoder.Encode([.. Enumerable.Repeat((byte)(width * height), width * height)], width, height, 1));

    /// <summary>A picture of noise.</summary>
    private void Picture(string name, int width, int height, uint seed)
    {
        PhiloxStream stream = new(new PhiloxKey(seed, PhiloxStreams.Verification, 1));
        _folder.Write("set/" + name, PngEncoder.Encode([.. Enumerable.Range(0, width * height * 3).Select(i => (byte)stream.Integer(i, 256))], width, height, 3));
    }
}
