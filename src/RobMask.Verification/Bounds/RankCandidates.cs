namespace RobMask.Verification.Bounds;

/// <summary>Which class has the k-th largest logit: the one that sorting by value and class gives, and whether another may have it.</summary>
/// <remarks>A class may be the k-th if fewer than k are surely larger and at most K − k surely smaller. Equal logits leave it undecided: a sort need not be stable, and a gradient may be shared among equals.</remarks>
internal readonly struct RankCandidates
{
    private readonly int _rank;
    private readonly int _excluded;
    private readonly int _winner;
    private readonly bool _isCertain;

    private RankCandidates(int rank, int excluded, int winner, bool isCertain)
    {
        _rank = rank;
        _excluded = excluded;
        _winner = winner;
        _isCertain = isCertain;
    }

    /// <summary>Finds the class of a rank from 1, one class being left out, or none where <paramref name="excluded"/> is −1.</summary>
    public static RankCandidates Of(ApproximateSpan z, int rank, int excluded)
    {
        int winner = -1;
        int candidates = 0;
        RankCandidates among = new(rank, excluded, -1, false);
        for (int j = 0; j < z.Length; j++)
        {
            if (j == excluded)
            {
                continue;
            }

            int before = 0;
            for (int i = 0; i < z.Length; i++)
            {
                bool above = z[i].Value > z[j].Value || (double.IsNaN(z[i].Value) && !double.IsNaN(z[j].Value));
                bool equal = z[i].Value.Equals(z[j].Value) || z[i].Value == z[j].Value;
                before += i != excluded && i != j && (above || (equal && i < j)) ? 1 : 0;
            }

            winner = before == rank - 1 ? j : winner;
            candidates += among.May(z, j) ? 1 : 0;
        }

        return new RankCandidates(rank, excluded, winner, candidates == 1);
    }

    /// <summary>What a class gets of a contribution to the class of this rank: all, nothing, or something between.</summary>
    public Approximate Share(ApproximateSpan z, int j, Approximate contribution)
    {
        Approximate own = j == _winner ? contribution : 0;
        return j == _excluded || _isCertain || !May(z, j) ? own : new Approximate(own.Value, contribution.Magnitude);
    }

    private bool May(ApproximateSpan z, int j)
    {
        int above = 0;
        int below = 0;
        int others = 0;
        for (int i = 0; i < z.Length; i++)
        {
            if (i == j || i == _excluded)
            {
                continue;
            }

            others++;
            above += z[i].Value - z[i].Error > z[j].Value + z[j].Error ? 1 : 0;
            below += z[i].Value + z[i].Error < z[j].Value - z[j].Error ? 1 : 0;
        }

        return above < _rank && below <= others + 1 - _rank;
    }
}
