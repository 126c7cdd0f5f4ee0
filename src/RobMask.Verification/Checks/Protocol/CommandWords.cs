using System.Text;

namespace RobMask.Verification.Checks.Protocol;

/// <summary>Splits a command line into words as people expect it: at blanks, not inside '…' or "…"; no shell is involved.</summary>
internal static class CommandWords
{
    /// <summary>The program and its arguments.</summary>
    /// <exception cref="ArgumentException">There is no word, or a quotation mark has no partner.</exception>
    public static IReadOnlyList<string> Split(string command)
    {
        List<string> words = [];
        StringBuilder word = new();
        bool inWord = false;
        char quote = '\0';
        foreach (char letter in command)
        {
            if (quote != '\0')
            {
                if (letter == quote)
                {
                    quote = '\0';
                }
                else
                {
                    word.Append(letter);
                }
            }
            else if (letter is '"' or '\'')
            {
                quote = letter;
                inWord = true;
            }
            else if (!char.IsWhiteSpace(letter))
            {
                word.Append(letter);
                inWord = true;
            }
            else if (inWord)
            {
                words.Add(word.ToString());
                word.Clear();
                inWord = false;
            }
        }

        if (quote != '\0')
        {
            throw new ArgumentException($"backend: «{command}» has a {quote} without its partner", nameof(command));
        }

        if (inWord)
        {
            words.Add(word.ToString());
        }

        return words.Count > 0 ? words : throw new ArgumentException("backend: the command is empty; expected a program and its arguments", nameof(command));
    }
}
