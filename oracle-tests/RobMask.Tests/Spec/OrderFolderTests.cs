using System.Text.RegularExpressions;
using RobMask.Verification.Operations;
using Xunit;

namespace RobMask.Tests.Spec;

/// <summary>The naive implementation stands on the document alone.</summary>
public sealed partial class OrderFolderTests
{
    /// <summary>Its namespace lies outside the library's, so nothing of that is visible without its name; the exact exp and log of the tests are all it uses.</summary>
    [Fact]
    public void It_names_nothing_of_the_library()
    {
        string[] files = Directory.GetFiles(Path.Combine(Root(), "oracle-tests", "RobMask.Tests", "Spec", "Order"), "*.cs");
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.All(LibraryName().Matches(File.ReadAllText(file)), name => Assert.Equal("RobMask.Tests.Numerics", name.Value)));
    }

    /// <summary>Each file's first comment names sections that the document has.</summary>
    [Fact]
    public void Every_file_names_its_section_of_the_document()
    {
        string document = File.ReadAllText(Path.Combine(Root(), "docs", "evaluation-order.md"));
        foreach (string file in Directory.GetFiles(Path.Combine(Root(), "oracle-tests", "RobMask.Tests", "Spec", "Order"), "*.cs"))
        {
            string comment = File.ReadLines(file).First(line => line.StartsWith("/// <summary>docs/evaluation-order.md", StringComparison.Ordinal));
            Assert.All(Section().Matches(comment), section => Assert.Contains($"\n## {section.Groups[1].Value}\n", document, StringComparison.Ordinal));
        }
    }

    /// <summary>An operation that is added to the catalogue needs a section, a naive implementation and a comparison.</summary>
    [Fact]
    public void Every_operation_of_the_catalogue_is_written_down_and_compared()
    {
        string headings = string.Concat(File.ReadLines(Path.Combine(Root(), "docs", "evaluation-order.md")).Where(line => line.StartsWith("## ", StringComparison.Ordinal)));
        string tests = string.Concat(Directory.GetFiles(Path.Combine(Root(), "oracle-tests", "RobMask.Tests", "Spec"), "*SpecTests.cs").Select(File.ReadAllText));
        Assert.All(OperationCatalog.All, operation => Assert.Contains($"\"{operation.Name}\"", tests, StringComparison.Ordinal));
        Assert.All(
            OperationCatalog.All,
            operation => Assert.Contains(operation.Name == "philox" ? "Random numbers" : operation.Name.Replace("_backward", string.Empty, StringComparison.Ordinal), headings, StringComparison.Ordinal));
    }

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Reference.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("the tests do not lie in the repository");
    }

    [GeneratedRegex(@"\bRobMask[.\w]*")]
    private static partial Regex LibraryName();

    [GeneratedRegex("«([^»]+)»")]
    private static partial Regex Section();
}
