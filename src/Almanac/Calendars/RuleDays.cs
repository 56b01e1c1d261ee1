using NodaTime;

namespace Almanac.Calendars;

/// <summary>Which local dates a rule falls on.</summary>
public abstract record RuleDays
{
    /// <summary>True when the rule falls on this local date.</summary>
    public abstract bool Includes(LocalDate date);
}

/// <summary>The same weekdays of every week.</summary>
public sealed record WeekdayDays(IReadOnlyList<IsoDayOfWeek> Weekdays) : RuleDays
{
    /// <inheritdoc />
    public override bool Includes(LocalDate date) => Weekdays.Contains(date.DayOfWeek);
}

/// <summary>The same month and day of every year; 29 February only in leap years.</summary>
public sealed record YearlyDays(AnnualDate Date) : RuleDays
{
    /// <inheritdoc />
    public override bool Includes(LocalDate date) => date.Month == Date.Month && date.Day == Date.Day;
}

/// <summary>Dates that follow another calendar (lunar, religious), tabulated from the source that the rule names.</summary>
public sealed record ListedDays(IReadOnlyList<LocalDate> Dates) : RuleDays
{
    /// <inheritdoc />
    public override bool Includes(LocalDate date) => Dates.Contains(date);
}
