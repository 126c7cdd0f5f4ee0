namespace RobMask.Training;

/// <summary>What an objective sums over the images of a step; a number is the slot of the meter.</summary>
internal enum LossTerm
{
    /// <summary>The clean term.</summary>
    Clean,

    /// <summary>The attacked term: a cross-entropy, or TRADES' divergence.</summary>
    Attacked,

    /// <summary>Right answers of the clean pass.</summary>
    CleanCorrect,

    /// <summary>Right answers of the attacked pass.</summary>
    AttackedCorrect,
}
