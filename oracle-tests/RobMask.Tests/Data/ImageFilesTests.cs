using System.IO.Compression;
using RobMask.Data;
using RobMask.Experiments.Reporting;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Data;

public sealed class ImageFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void All_of_Cifar10_as_jpeg_agrees_with_another_decoder()
    {
        DatasetPair jpeg = ImageFiles.Load(SharedData.Require("cifar10-jpeg.zip"));
        Assert.Equal((50_000, 10_000), (jpeg.Train.Count, jpeg.Test.Count));
        Assert.Equal(new TensorShape(3, 32, 32), jpeg.Train.ImageShape);

        // The binary test images of cifar10-mini are some of the same JPEG files, decoded elsewhere. Decoders may differ
        // in the last steps (inverse transform, chroma interpolation, colour): 3 of 255 is the most that was seen.
        ByteDataset mine = (ByteDataset)jpeg.Test;
        ByteDataset theirs = (ByteDataset)CifarFiles.LoadCifar10(SharedData.Require("cifar10-mini", "cifar-10-batches-bin")).Test;
        Assert.Equal(theirs.ClassNames, mine.ClassNames);
        for (int i = 0; i < 20; i++)
        {
            int least = Enumerable.Range(0, mine.Count).Where(j => mine.Label(j) == theirs.Label(i)).Take(100)
                .Min(j => LargestDifference(theirs.Pixels(i), mine.Pixels(j)));
            Assert.InRange(least, 0, 3);
        }
    }

    [Fact]
    public void A_folder_and_a_zip_of_it_give_the_same_sorted_images()
    {
        WriteImages();
        string zip = _folder["images.zip"];
        ZipFile.CreateFromDirectory(_folder["images"], zip);
        string rooted = _folder["rooted.zip"];
        ZipFile.CreateFromDirectory(_folder["images"], rooted, CompressionLevel.Optimal, includeBaseDirectory: true);
        foreach (string path in new[] { _folder["images"], zip, rooted })
        {
            DatasetPair pair = ImageFiles.Load(path);
            Assert.Equal(["B", "a"], pair.Train.ClassNames);
            Assert.Equal(new TensorShape(3, 2, 3), pair.Train.ImageShape);
            Assert.Equal([0, 0, 1], Enumerable.Range(0, 3).Select(pair.Train.Label));

            // Pixel values begin with the image's number, in the order of names: 10.png before 2.png.
            Assert.Equal([10, 2, 3], Enumerable.Range(0, 3).Select(i => (int)((ByteDataset)pair.Train).Pixels(i)[0]));
        }
    }

    [Fact]
    public void Planes_are_red_green_blue_row_by_row()
    {
        byte[] interleaved = [.. Enumerable.Range(0, 18).Select(i => (byte)i)];
        _folder.Write("x/test/c/1.png", PngEncoder.Encode(interleaved, 3, 2, 3));
        ByteDataset test = (ByteDataset)ImageFiles.Load(_folder["x"]).Test;
        Assert.Equal([0, 3, 6, 9, 12, 15, 1, 4, 7, 10, 13, 16, 2, 5, 8, 11, 14, 17], test.Pixels(0).ToArray());
    }

    [Fact]
    public void Images_are_grey_where_all_are_grey()
    {
        _folder.Write("x/train/c/1.png", PngEncoder.Encode([1, 2, 3, 4], 2, 2, 1));
        _folder.Write("x/test/c/1.png", PngEncoder.Encode([5, 6, 7, 8], 2, 2, 1));
        DatasetPair grey = ImageFiles.Load(_folder["x"]);
        Assert.Equal(new TensorShape(1, 2, 2), grey.Train.ImageShape);
        Assert.Equal([5, 6, 7, 8], ((ByteDataset)grey.Test).Pixels(0).ToArray());

        _folder.Write("x/test/c/2.png", PngEncoder.Encode(new byte[12], 2, 2, 3));
        DatasetPair colour = ImageFiles.Load(_folder["x"]);
        Assert.Equal(new TensorShape(3, 2, 2), colour.Train.ImageShape);
        Assert.Equal([1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4], ((ByteDataset)colour.Train).Pixels(0).ToArray());
    }

    [Fact]
    public void An_image_of_another_size_is_named()
    {
        WriteImages();
        string odd = _folder.Write("images/train/a/9.png", Png(3, 3, 0));
        FileErrors.Names(odd, () => ImageFiles.Load(_folder["images"]), "the first has 3×2 pixels, this one 3×3");
    }

    [Fact]
    public void An_empty_class_a_foreign_file_and_other_classes_are_named()
    {
        WriteImages();
        Directory.CreateDirectory(_folder["images", "train", "c"]);
        FileErrors.Names(_folder["images", "train", "c"], () => ImageFiles.Load(_folder["images"]), "the class folder holds no image");
        _folder.Write("images/train/c/1.png", Png(3, 2, 0));
        FileErrors.Names("images: ", () => ImageFiles.Load(_folder["images"]), "different classes: B, a, c and B, a");
        string text = _folder.Write("images/test/a/notes.txt", "hello");
        FileErrors.Names(text, () => ImageFiles.Load(_folder["images"]), "holds images (.png, .jpg, .jpeg) and nothing else");
        FileErrors.Names(_folder["images", "train"], () => ImageFiles.Load(_folder["images", "train"]), "found neither train nor test");
    }

    [Fact]
    public void Every_cut_and_every_changed_byte_of_a_png_is_refused_by_name()
    {
        byte[] whole = Png(3, 2, 77);
        string path = _folder.Write("x/test/c/1.png", whole);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            FileErrors.Names(path, () => ImageFiles.Load(_folder["x"]));
        }

        for (int offset = 0; offset < whole.Length; offset++)
        {
            byte[] changed = (byte[])whole.Clone();
            changed[offset] ^= 0x10;
            File.WriteAllBytes(path, changed);
            FileErrors.Names(path, () => ImageFiles.Load(_folder["x"]));
        }
    }

    [SkippableFact]
    public void Every_cut_of_a_jpeg_is_refused_and_no_changed_byte_crashes()
    {
        using ZipArchive zip = ZipFile.OpenRead(SharedData.Require("cifar10-jpeg.zip"));
        using Stream stream = zip.GetEntry("test/cat/0000.jpg")!.Open();
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        byte[] whole = copy.ToArray();
        for (int length = 0; length < whole.Length; length++)
        {
            FileErrors.Names("cut", () => ImageDecoder.Decode("cut", whole[..length], ImageLimits.Held));
        }

        const int Seed = 5;
        Random random = new(Seed);
        for (int round = 0; round < 2000; round++)
        {
            byte[] changed = (byte[])whole.Clone();
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            try
            {
                ImageDecoder.Decode("changed", changed, ImageLimits.Held);
            }
            catch (InvalidDataException error)
            {
                Assert.StartsWith("changed", error.Message, StringComparison.Ordinal);
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {Seed}, round {round}: {error}");
            }
        }
    }

    [Fact]
    public void Bombs_are_refused_before_they_unfold()
    {
        string path = _folder.Write("x/test/c/1.png", Png(2000, 1, 0));
        FileErrors.Names(path, () => ImageFiles.Load(_folder["x"]), "images may be 1×1 to 1024×1024, found 2000×1");

        // 100 MB of zeros behind a header of 1×1 pixels.
        byte[] large = PngEncoder.Encode(new byte[100_000_000], 10_000, 10_000, 1);
        byte[] header = PngEncoder.Encode([0], 1, 1, 1)[8..33];
        header.CopyTo(large, 8);
        File.WriteAllBytes(path, large);
        long before = GC.GetAllocatedBytesForCurrentThread();
        FileErrors.Names(path, () => ImageFiles.Load(_folder["x"]), "inflate to more than 2 bytes");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 3_000_000);

        string zip = _folder["bomb.zip"];
        using (ZipArchive archive = ZipFile.Open(zip, ZipArchiveMode.Create))
        {
            using Stream entry = archive.CreateEntry("test/c/1.png").Open();
            entry.Write(new byte[ImageDecoder.LargestFile + 1]);
        }

        FileErrors.Names($"{zip}: test/c/1.png: ", () => ImageFiles.Load(zip), "an image file may have 33554432 bytes");
    }

    [Fact]
    public void A_damaged_zip_is_refused()
    {
        WriteImages();
        string zip = _folder["images.zip"];
        ZipFile.CreateFromDirectory(_folder["images"], zip, CompressionLevel.NoCompression, includeBaseDirectory: false);
        byte[] whole = File.ReadAllBytes(zip);
        File.WriteAllBytes(zip, whole[..(whole.Length / 2)]);
        FileErrors.Names(zip, () => ImageFiles.Load(zip), "no zip, or a corrupt one");

        // A byte of the first entry's stored image: the zip's own checksum sees it.
        byte[] changed = (byte[])whole.Clone();
        int image = changed.AsSpan().IndexOf(PngStructure.Signature);
        changed[image + 40] ^= 1;
        File.WriteAllBytes(zip, changed);
        FileErrors.Names(zip, () => ImageFiles.Load(zip), "checksum of the zip entry");
    }

    private static int LargestDifference(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        int largest = 0;
        for (int i = 0; i < left.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(left[i] - right[i]));
        }

        return largest;
    }

    private static byte[] Png(int width, int height, byte value)
    {
        byte[] pixels = new byte[width * height * 3];
        Array.Fill(pixels, value);
        return PngEncoder.Encode(pixels, width, height, 3);
    }

    private void WriteImages()
    {
        _folder.Write("images/train/a/3.png", Png(3, 2, 3));
        _folder.Write("images/train/B/2.png", Png(3, 2, 2));
        _folder.Write("images/train/B/10.png", Png(3, 2, 10));
        _folder.Write("images/train/B/.hidden", "passed over");
        _folder.Write("images/test/a/1.png", Png(3, 2, 1));
        _folder.Write("images/test/B/1.png", Png(3, 2, 1));
        _folder.Write("images/README.txt", "outside the splits");
    }
}
