using Microsoft.Win32.SafeHandles;
using RobMask.Data;

namespace RobMask.Verification.Files;

/// <summary>Consecutive bytes of an open file, read from first to last; the file's end before theirs is an error.</summary>
internal sealed class FileRange(string where, SafeFileHandle handle, long start, long length) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        int wanted = (int)Math.Min(buffer.Length, length - _position);
        int read = wanted == 0 ? 0 : RandomAccess.Read(handle, buffer[..wanted], start + _position);
        if (read == 0 && wanted > 0)
        {
            throw BadFile.At(where, start + _position, $"the file ended while {length - _position} bytes more were expected");
        }

        _position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
