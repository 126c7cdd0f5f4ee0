namespace RobMask.Kernels;

/// <summary>The few vector operations that a register tile needs, at one width; every implementation gives the same bits a lane.</summary>
/// <typeparam name="TVector">The vector, for example Vector512 of <typeparamref name="T"/>.</typeparam>
/// <typeparam name="T">float or double.</typeparam>
internal interface IVectorWidth<TVector, T>
    where TVector : struct
    where T : unmanaged
{
    /// <summary>Lanes of a vector.</summary>
    static abstract int Lanes { get; }

    /// <summary>Reads <see cref="Lanes"/> elements.</summary>
    static abstract unsafe TVector Load(T* source);

    /// <summary>Writes <see cref="Lanes"/> elements.</summary>
    static abstract unsafe void Store(TVector value, T* destination);

    /// <summary>The same value in every lane.</summary>
    static abstract TVector Broadcast(T value);

    /// <summary>a·b + c with one rounding.</summary>
    static abstract TVector FusedMultiplyAdd(TVector a, TVector b, TVector c);
}
