using RobMask.Checkpoints;
using RobMask.Data;
using RobMask.Tensors;

namespace RobMask.Verification.Files;

/// <summary>Reads the one form of Python dictionary that the header of an npy file may be.</summary>
internal ref struct NpyHeaderText(string where, int start, ReadOnlySpan<byte> text)
{
    private const int MaximumRank = 64;
    private readonly ReadOnlySpan<byte> _text = text;
    private int _position;

    /// <summary>The element type, the shape and the order.</summary>
    /// <exception cref="InvalidDataException">A rule is broken.</exception>
    public (SafetensorsType Type, TensorShape Shape, bool FortranOrder) Parse()
    {
        SafetensorsType? type = null;
        bool? fortranOrder = null;
        TensorShape? shape = null;
        Expect('{');
        while (!Take('}'))
        {
            int keyStart = _position;
            string key = String();
            Expect(':');
            switch (key)
            {
                case "descr" when type is null: type = Type(); break;
                case "fortran_order" when fortranOrder is null: fortranOrder = FortranOrder(); break;
                case "shape" when shape is null: shape = Shape(); break;
                default: throw Bad(keyStart, $"the header has descr, fortran_order and shape once each, found «{key}»");
            }

            if (!Take(','))
            {
                Expect('}');
                break;
            }
        }

        if (type is null || fortranOrder is null || shape is null)
        {
            throw Bad(_position, "the header must have descr, fortran_order and shape");
        }

        SkipSpace();
        return _position == _text.Length
            ? (type.Value, shape, fortranOrder.Value)
            : throw Bad(_position, "nothing but spaces and a line feed may follow the header's dictionary");
    }

    private SafetensorsType Type()
    {
        int at = _position;
        SkipSpace();
        if (_position < _text.Length && _text[_position] is not ((byte)'\'' or (byte)'"'))
        {
            throw Bad(at, $"descr must be one of {NpyHeader.KnownTypes}; structured types are not read");
        }

        string descr = String();
        return NpyHeader.TypeOf(descr) ?? throw Bad(at, $"descr must be one of {NpyHeader.KnownTypes}, found «{descr}»");
    }

    private bool FortranOrder()
    {
        SkipSpace();
        int at = _position;
        if (TakeWord("False"u8))
        {
            return false;
        }

        return TakeWord("True"u8) ? true : throw Bad(at, "fortran_order must be True or False");
    }

    private TensorShape Shape()
    {
        int at = _position;
        Expect('(');
        List<int> extents = [];
        Int128 length = 1;
        while (!Take(')'))
        {
            int extentStart = _position;
            long extent = Integer();
            length *= extent;
            if (extents.Count == MaximumRank || extent > Array.MaxLength || length > Array.MaxLength)
            {
                throw Bad(extentStart, $"the shape must have at most {MaximumRank} extents and {Array.MaxLength} elements");
            }

            extents.Add((int)extent);
            if (!Take(','))
            {
                if (extents.Count == 1)
                {
                    throw Bad(at, "a shape of one extent is written with a comma, as (3,)");
                }

                Expect(')');
                break;
            }
        }

        return new TensorShape([.. extents]);
    }

    private long Integer()
    {
        SkipSpace();
        int first = _position;
        long value = 0;
        while (_position < _text.Length && _text[_position] is >= (byte)'0' and <= (byte)'9' && _position - first < 12)
        {
            value = (10 * value) + _text[_position++] - '0';
        }

        return _position > first && (_position - first == 1 || _text[first] != '0')
            ? value
            : throw Bad(first, "the shape must hold integers from 0, without leading zeros");
    }

    private string String()
    {
        SkipSpace();
        int first = _position;
        if (_position < _text.Length && _text[_position] is (byte)'\'' or (byte)'"')
        {
            byte quote = _text[_position++];
            int length = _text[_position..].IndexOf(quote);
            ReadOnlySpan<byte> content = length < 0 ? default : _text.Slice(_position, length);
            if (length is >= 0 and <= 64 && content.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0 && !content.Contains((byte)'\\'))
            {
                _position += length + 1;
                return System.Text.Encoding.ASCII.GetString(content);
            }
        }

        throw Bad(first, "a short string of printable ASCII in quotes was expected");
    }

    private void Expect(char symbol)
    {
        if (!Take(symbol))
        {
            throw Bad(_position, $"«{symbol}» was expected");
        }
    }

    private bool Take(char symbol)
    {
        SkipSpace();
        if (_position < _text.Length && _text[_position] == symbol)
        {
            _position++;
            return true;
        }

        return false;
    }

    private bool TakeWord(ReadOnlySpan<byte> word)
    {
        if (_text[_position..].StartsWith(word))
        {
            _position += word.Length;
            return true;
        }

        return false;
    }

    private void SkipSpace()
    {
        while (_position < _text.Length && _text[_position] is (byte)' ' or (byte)'\n')
        {
            _position++;
        }
    }

    private readonly InvalidDataException Bad(int position, string rule) => BadFile.At(where, start + position, rule);
}
