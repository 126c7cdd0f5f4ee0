using RobMask.Tensors;

namespace RobMask.Data;

/// <summary>CIFAR-10 and CIFAR-100 in their official binary layout.</summary>
/// <remarks>
/// Format: https://www.cs.toronto.edu/~kriz/cifar.html. A record is one label byte (CIFAR-100: a coarse and a fine one)
/// and 3,072 pixel bytes, row-major [3, 32, 32]. A file may hold any number of records, but only whole ones.
/// </remarks>
public static class CifarFiles
{
    private const int ImageLength = 3 * 32 * 32;

    private static readonly string[] Cifar10Names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>Loads data_batch_1.bin … data_batch_5.bin and test_batch.bin of a folder.</summary>
    /// <exception cref="InvalidDataException">No file is there, or one is malformed.</exception>
    public static DatasetPair LoadCifar10(string folder)
    {
        string[] trainFiles = [.. Enumerable.Range(1, 5).Select(i => Path.Combine(folder, $"data_batch_{i}.bin")).Where(File.Exists)];
        if (trainFiles.Length is > 0 and < 5)
        {
            throw BadFile.Of(folder, $"CIFAR-10 has five files data_batch_1.bin to data_batch_5.bin, found {trainFiles.Length}");
        }

        string[] names = ReadNames(Path.Combine(folder, "batches.meta.txt"), 10, index => Cifar10Names[index]);
        return Load("cifar10", folder, trainFiles, Path.Combine(folder, "test_batch.bin"), names, labelBytes: 1, labelByte: 0);
    }

    /// <summary>Loads train.bin and test.bin of a folder, with the fine or the coarse labels.</summary>
    /// <exception cref="InvalidDataException">No file is there, or one is malformed.</exception>
    public static DatasetPair LoadCifar100(string folder, bool coarse)
    {
        string namesFile = Path.Combine(folder, coarse ? "coarse_label_names.txt" : "fine_label_names.txt");
        string[] names = ReadNames(namesFile, coarse ? 20 : 100, index => (coarse ? "coarse " : "fine ") + index);
        string train = Path.Combine(folder, "train.bin");
        return Load("cifar100", folder, File.Exists(train) ? [train] : [], Path.Combine(folder, "test.bin"), names, labelBytes: 2, labelByte: coarse ? 0 : 1);
    }

    private static DatasetPair Load(string name, string folder, string[] trainFiles, string testFile, string[] names, int labelBytes, int labelByte)
    {
        ByteDataset? train = trainFiles.Length > 0 ? Split(name, trainFiles, names, labelBytes, labelByte) : null;
        ByteDataset? test = File.Exists(testFile) ? Split(name, [testFile], names, labelBytes, labelByte) : null;
        return train is null && test is null
            ? throw BadFile.Of(folder, $"holds no {name} files: neither training files nor {Path.GetFileName(testFile)}")
            : new DatasetPair(train, test, $"{folder} has no such file");
    }

    private static ByteDataset Split(string name, string[] files, string[] names, int labelBytes, int labelByte)
    {
        int recordLength = labelBytes + ImageLength;
        long records = 0;
        foreach (string file in files)
        {
            long length = new FileInfo(file).Length;
            if (length == 0 || length % recordLength != 0)
            {
                throw BadFile.At(file, length - (length % recordLength), $"a record has {recordLength} bytes, found {length % recordLength} before the end");
            }

            records += length / recordLength;
        }

        if (records * ImageLength > Array.MaxLength)
        {
            throw BadFile.Of(files[0], $"{records} images are more than this reader holds");
        }

        byte[] pixels = new byte[records * ImageLength];
        byte[] labels = new byte[records];
        byte[] record = new byte[recordLength];
        int image = 0;
        foreach (string file in files)
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
            for (long offset = 0; offset < stream.Length && image < labels.Length; offset += recordLength, image++)
            {
                stream.ReadExactly(record);
                byte label = record[labelByte];
                if (label >= names.Length)
                {
                    throw BadFile.At(file, offset + labelByte, $"a label must be 0 to {names.Length - 1}, found {label}");
                }

                labels[image] = label;
                record.AsSpan(labelBytes).CopyTo(pixels.AsSpan(image * ImageLength));
            }
        }

        return new ByteDataset(name, new TensorShape(3, 32, 32), pixels, labels, names);
    }

    private static string[] ReadNames(string file, int count, Func<int, string> standard)
    {
        if (!File.Exists(file))
        {
            return [.. Enumerable.Range(0, count).Select(standard)];
        }

        string[] names = [.. File.ReadLines(file).Select(line => line.Trim()).Where(line => line.Length > 0)];
        return names.Length == count && names.Distinct().Count() == count
            ? names
            : throw BadFile.Of(file, $"must have {count} different names, one on a line, found {names.Distinct().Count()}");
    }
}
