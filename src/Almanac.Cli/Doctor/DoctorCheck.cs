namespace Almanac.Cli.Doctor;

/// <summary>How one prerequisite stands.</summary>
internal enum CheckState
{
    Ok,

    /// <summary>It works, with less evidence or more rights than it should.</summary>
    Warn,

    /// <summary>What the login is meant for will not work.</summary>
    Fail,
}

/// <summary>What the login under test is meant for; each includes the ones before it.</summary>
internal enum Purpose
{
    Monitor,
    Advisor,
    Operator,
    Recover,
}

/// <summary>One line of the doctor's answer, with the exact command that mends it.</summary>
internal sealed record DoctorCheck(string Check, CheckState State, string Finding, string? Fix = null);
