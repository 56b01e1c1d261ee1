using Almanac.Model;
using NodaTime;
using Shouldly;

namespace Almanac.Tests.Model;

public sealed class WorkloadTests
{
    private static readonly Instant Start = Instant.FromUtc(2027, 6, 16, 14, 0);

    [Fact]
    public void In_a_measured_window_a_saving_counts_from_half_a_per_cent_of_one_core()
        => Window(Start).NoticeableMs.ShouldBe(5 * 60);

    [Fact]
    public void A_window_since_the_counters_reset_says_nothing_about_rates() => Window(null).NoticeableMs.ShouldBe(0);

    private static Workload Window(Instant? from) => new()
    {
        Server = new ServerIdentity { SystemIdentifier = "1", Database = "app", DatabaseOid = 5, VersionNumber = 150018, InRecovery = false, StartedAt = Start },
        From = from,
        To = Start + Duration.FromMinutes(1),
        Statements = [],
    };
}
