namespace EvaluationOrder;

/// <summary>docs/evaluation-order.md, «Random numbers»: Philox4x32-10 and what is drawn from it.</summary>
internal sealed class RandomNumbers(ulong seed, uint stream, uint step)
{
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;

    /// <summary>One block: ten rounds.</summary>
    public static uint[] Block(uint key0, uint key1, uint[] counter)
    {
        uint[] c = [.. counter];
        for (int round = 0; round < 10; round++)
        {
            ulong product0 = (ulong)Multiplier0 * c[0];
            ulong product1 = (ulong)Multiplier1 * c[2];
            c = [(uint)(product1 >> 32) ^ c[1] ^ key0, (uint)product1, (uint)(product0 >> 32) ^ c[3] ^ key1, (uint)product0];
            key0 = unchecked(key0 + Weyl0);
            key1 = unchecked(key1 + Weyl1);
        }

        return c;
    }

    public uint Draw32(long i) => BlockAt(i / 4)[i % 4];

    public ulong Draw64(long i)
    {
        uint[] words = BlockAt(i / 2);
        return words[2 * (i % 2)] | ((ulong)words[(2 * (i % 2)) + 1] << 32);
    }

    public float Uniform(long i) => (Draw32(i) >> 8) / 16777216f;

    public double Uniform53(long i) => (Draw64(i) >> 11) / 9007199254740992.0;

    public double Normal(long i) => NormalQuantile(((Draw64(i) >> 12) + 0.5) / 4503599627370496.0);

    public int Integer(long i, int bound) => (int)(((UInt128)Draw64(i) * (UInt128)bound) >> 64);

    public int[] Permutation(int length)
    {
        int[] order = [.. Enumerable.Range(0, length)];
        for (int i = length - 1; i >= 1; i--)
        {
            int j = Integer(i, i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    private uint[] BlockAt(long block) => Block((uint)seed, (uint)(seed >> 32), [(uint)block, (uint)(block >> 32), step, stream]);

    /// <summary>AS 241 (PPND16), coefficients as printed in Applied Statistics 37(3), 1988.</summary>
    private static double NormalQuantile(double p)
    {
        double q = p - 0.5;
        if (Math.Abs(q) <= 0.425)
        {
            double t = 0.180625 - (q * q);
            return q
                * Horner(t, 2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0)
                / Horner(t, 5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4, 5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1);
        }

        double r = Math.Sqrt(-ExpLog.Log(q < 0 ? p : 1 - p));
        double x = r <= 5
            ? Horner(r - 1.6, 7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0, 3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0)
                / Horner(r - 1.6, 1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1)
            : Horner(r - 5, 2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0, 6.65790464350110377720e0)
                / Horner(r - 5, 2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1);
        return q < 0 ? -x : x;
    }

    private static double Horner(double x, params double[] fallingPowers)
    {
        double value = fallingPowers[0];
        for (int i = 1; i < fallingPowers.Length; i++)
        {
            value = (value * x) + fallingPowers[i];
        }

        return value;
    }
}
