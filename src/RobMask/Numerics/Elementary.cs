namespace RobMask.Numerics;

/// <summary>exp and log.</summary>
public static class Elementary
{
    /// <summary>F</summary>
    public static float Exp(float x) => throw new NotImplementedException();

    /// <summary>F</summary>
    public static double Exp(double x) => throw new NotImplementedException();

    /// <summary>F</summary>
    public static float Log(float x) => throw new NotImplementedException();

    /// <summary>F</summary>
    public static double Log(double x) => throw new NotImplementedException();
}
