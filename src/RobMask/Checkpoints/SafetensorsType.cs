namespace RobMask.Checkpoints;

/// <summary>The element types of safetensors that this project reads; the names are the format's.</summary>
public enum SafetensorsType
{
    /// <summary>IEEE binary64.</summary>
    F64,

    /// <summary>IEEE binary32.</summary>
    F32,

    /// <summary>IEEE binary16.</summary>
    F16,

    /// <summary>The upper half of a binary32.</summary>
    BF16,

    /// <summary>A signed 64-bit integer.</summary>
    I64,

    /// <summary>A signed 32-bit integer.</summary>
    I32,

    /// <summary>A byte.</summary>
    U8,

    /// <summary>A byte that is 0 or 1.</summary>
    BOOL,
}

/// <summary>Facts about <see cref="SafetensorsType"/>.</summary>
public static class SafetensorsTypes
{
    /// <summary>The bytes of one element.</summary>
    public static int Size(this SafetensorsType type) => type switch
    {
        SafetensorsType.F64 or SafetensorsType.I64 => 8,
        SafetensorsType.F32 or SafetensorsType.I32 => 4,
        SafetensorsType.F16 or SafetensorsType.BF16 => 2,
        SafetensorsType.U8 or SafetensorsType.BOOL => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "safetensors: not an element type"),
    };

    /// <summary>The type that stores values of <typeparamref name="T"/> as they are.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static SafetensorsType Of<T>()
        where T : unmanaged
    {
        return typeof(T) == typeof(float) ? SafetensorsType.F32
            : typeof(T) == typeof(double) ? SafetensorsType.F64
            : typeof(T) == typeof(Half) ? SafetensorsType.F16
            : typeof(T) == typeof(int) ? SafetensorsType.I32
            : typeof(T) == typeof(long) ? SafetensorsType.I64
            : typeof(T) == typeof(byte) ? SafetensorsType.U8
            : typeof(T) == typeof(bool) ? SafetensorsType.BOOL
            : throw new ArgumentException($"safetensors: no element type stores {typeof(T).Name}", nameof(T));
    }
}
