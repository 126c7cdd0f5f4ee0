using System.Runtime.ExceptionServices;
using RobMask.Kernels;
using RobMask.Tensors;

namespace RobMask.Data;

/// <summary>A folder or zip of PNG and JPEG images of one size, as <c>train/class/file</c> and <c>test/class/file</c>.</summary>
/// <remarks>
/// The classes are the folders' names, sorted; both splits must have the same. Where every image of both splits is grey,
/// images are [1, H, W], else [3, H, W]. Images larger than 1024×1024 and files above 32 MiB are refused before they
/// are decoded.
/// </remarks>
public static class ImageFiles
{
    private const int Channels = 3;
    private const int ImagesAtATime = 1024;

    /// <summary>Loads a folder or a zip; one of the splits may be missing.</summary>
    /// <exception cref="InvalidDataException">An image is damaged or of another size, a class folder is empty, or classes disagree.</exception>
    public static DatasetPair Load(string path)
    {
        using ImageListing listing = new(path);
        Half? train = Read(listing, "train", null);
        Half? test = Read(listing, "test", train);
        bool grey = (train?.Grey ?? true) && (test?.Grey ?? true);
        string name = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        return new DatasetPair(train?.ToDataset(name, grey), test?.ToDataset(name, grey), $"{path} has no such folder");
    }

    private static Half? Read(ImageListing listing, string split, Half? other)
    {
        string[]? classes = listing.Classes(split);
        if (classes is null)
        {
            return null;
        }

        if (classes.Length is 0 or > byte.MaxValue)
        {
            throw BadFile.Of(listing.NameOf(split), $"must hold 1 to {byte.MaxValue} class folders, found {classes.Length}");
        }

        (string File, byte Label)[] files = [.. classes.SelectMany((name, label) => listing.Files(split, name).Select(file => (file, (byte)label)))];
        DecodedImage first = ImageDecoder.Decode(listing.NameOf(files[0].File), listing.Read(files[0].File), ImageLimits.Held);
        (int Height, int Width) extents = (other?.Height ?? first.Height, other?.Width ?? first.Width);
        int imageLength = Channels * extents.Height * extents.Width;
        if ((long)files.Length * imageLength > Array.MaxLength)
        {
            throw BadFile.Of(listing.NameOf(split), $"{files.Length} images of {extents.Width}×{extents.Height} pixels are more than this reader holds");
        }

        byte[] pixels = new byte[files.Length * imageLength];
        DecodeJob job = new(listing, [.. files.Select(file => file.File)], extents, pixels);
        for (int start = 0; start < files.Length; start += ImagesAtATime)
        {
            // One reader at a time, because a zip is one stream; then every worker decodes.
            int count = Math.Min(ImagesAtATime, files.Length - start);
            job.Read(start, count);
            Workers.For(count, job);
            job.ThrowFirst(count);
        }

        return new Half(extents.Height, extents.Width, job.AllGrey, pixels, [.. files.Select(file => file.Label)], classes);
    }

    private sealed record Half(int Height, int Width, bool Grey, byte[] Pixels, byte[] Labels, string[] Classes)
    {
        public ByteDataset ToDataset(string name, bool grey)
        {
            int area = Height * Width;
            byte[] pixels = Pixels;
            if (grey)
            {
                pixels = new byte[Labels.Length * area];
                for (int n = 0; n < Labels.Length; n++)
                {
                    Pixels.AsSpan(n * Channels * area, area).CopyTo(pixels.AsSpan(n * area));
                }
            }

            return new ByteDataset(name, new TensorShape(grey ? 1 : Channels, Height, Width), pixels, Labels, Classes);
        }
    }

    private readonly struct DecodeJob(ImageListing listing, string[] files, (int Height, int Width) extents, byte[] pixels) : IWorkerJob
    {
        private readonly byte[][] _encoded = new byte[ImagesAtATime][];
        private readonly Exception?[] _errors = new Exception?[ImagesAtATime];
        private readonly bool[] _coloured = new bool[ImagesAtATime];
        private readonly int[] _start = [0];

        public bool AllGrey => !_coloured.Contains(true);

        public void Read(int start, int count)
        {
            _start[0] = start;
            for (int i = 0; i < count; i++)
            {
                _encoded[i] = listing.Read(files[start + i]);
            }
        }

        public void Run(int index, int worker)
        {
            int image = _start[0] + index;
            string name = listing.NameOf(files[image]);
            try
            {
                DecodedImage decoded = ImageDecoder.Decode(name, _encoded[index], ImageLimits.Held);
                if (decoded.Height != extents.Height || decoded.Width != extents.Width)
                {
                    throw BadFile.Of(name, $"all images must have one size, the first has {extents.Width}×{extents.Height} pixels, this one {decoded.Width}×{decoded.Height}");
                }

                int length = Channels * extents.Height * extents.Width;
                decoded.CopyPlanes(pixels.AsSpan(image * length, length));
                _coloured[index] |= !decoded.Grey;
            }
            catch (InvalidDataException error)
            {
                _errors[index] = error;
            }
        }

        // The first error in the order of the files, whichever worker met one first.
        public void ThrowFirst(int count)
        {
            if (_errors.AsSpan(0, count).ToArray().FirstOrDefault(error => error is not null) is Exception first)
            {
                ExceptionDispatchInfo.Throw(first);
            }
        }
    }
}
