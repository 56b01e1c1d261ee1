namespace Almanac.Model;

/// <summary>
/// Makes a property of a <c>&lt;Word&gt;Config</c> record a configuration key: the file key is the property's name in camel case, the
/// default its initial value; reading, range checks and the reference page follow from it.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ConfigKeyAttribute(string description) : Attribute
{
    /// <summary>One sentence for the reference page.</summary>
    public string Description { get; } = description;

    /// <summary>Smallest accepted number.</summary>
    public double Minimum { get; init; } = double.NegativeInfinity;

    /// <summary>Largest accepted number.</summary>
    public double Maximum { get; init; } = double.PositiveInfinity;

    /// <summary>The value may name a connection: passwords in it are refused in files and never shown.</summary>
    public bool Connection { get; init; }

    /// <summary>Of an element of a list: must be given.</summary>
    public bool Required { get; init; }
}

/// <summary>A configuration record with rules over several keys.</summary>
public interface IConfigRules
{
    /// <summary>What is wrong, with the key that it is about; empty when all is well.</summary>
    IEnumerable<ConfigFault> Faults();
}

/// <summary>One broken rule: the key (path in the file) and what is wrong, as the rest of a sentence.</summary>
public sealed record ConfigFault(string Key, string Text);
