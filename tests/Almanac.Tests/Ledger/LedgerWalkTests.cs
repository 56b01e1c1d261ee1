using Almanac.Ledger;
using Almanac.Model;
using NodaTime;
using Shouldly;
using Xunit;

namespace Almanac.Tests.Ledger;

public sealed class LedgerWalkTests
{
    private static readonly Instant Start = Instant.FromUtc(2027, 6, 18, 9, 0);

    [Fact]
    public void A_whole_chain_is_in_order_and_ends_at_its_head()
    {
        var chain = Chain(5);
        var check = LedgerWalk.Check(chain, null);
        check.Ok.ShouldBeTrue();
        check.Entries.ShouldBe(5);
        check.Head.ShouldBe(new LedgerHead(5, chain[4].Hash));
    }

    [Fact]
    public void An_empty_chain_is_in_order_and_has_no_head()
    {
        var check = LedgerWalk.Check([], LedgerHead.Parse("0:" + LedgerChain.Genesis));
        check.Ok.ShouldBeTrue();
        check.Head.ShouldBeNull();
    }

    [Fact]
    public void A_change_of_any_field_is_found_at_its_entry()
    {
        Func<LedgerEntry, LedgerEntry>[] tampering =
        [
            e => e with { At = e.At + Duration.FromMilliseconds(1) },
            e => e with { Kind = LedgerKind.Denied },
            e => e with { Target = "1/other" },
            e => e with { Target = null },
            e => e with { ChangeId = "ci-other" },
            e => e with { ChangeId = null },
            e => e with { Actor = "mallory" },
            e => e with { Payload = e.Payload + " " },
            e => e with { Hash = new string('a', 64) },
            e => e with { PreviousHash = new string('b', 64) },
        ];
        foreach (var tamper in tampering)
        {
            var chain = Chain(5);
            chain[2] = tamper(chain[2]);
            var problem = LedgerWalk.Check(chain, null).Problem.ShouldNotBeNull();
            problem.Sequence.ShouldBe(3);
            problem.Fault.ShouldBe(LedgerFault.Changed);
        }
    }

    [Fact]
    public void An_entry_rehashed_by_itself_breaks_the_link_to_the_next()
    {
        var chain = Chain(5);
        chain[2] = chain[2] with { Payload = "{}" };
        chain[2] = chain[2] with { Hash = LedgerChain.Hash(chain[2]) };
        LedgerWalk.Check(chain, null).Problem.ShouldNotBeNull().Sequence.ShouldBe(4);
    }

    [Fact]
    public void A_missing_entry_is_named()
    {
        var chain = Chain(5);
        chain.RemoveAt(2);
        var problem = LedgerWalk.Check(chain, null).Problem.ShouldNotBeNull();
        problem.Fault.ShouldBe(LedgerFault.Missing);
        problem.Sequence.ShouldBe(3);
    }

    [Fact]
    public void Entries_missing_at_the_beginning_are_named()
    {
        var problem = LedgerWalk.Check(Chain(5).Skip(2), null).Problem.ShouldNotBeNull();
        problem.Fault.ShouldBe(LedgerFault.Missing);
        problem.Text.ShouldBe("Entries 1 to 2 are missing.");
    }

    [Fact]
    public void Swapped_entries_are_reported_as_reordered()
    {
        var chain = Chain(5);
        (chain[1], chain[3]) = (chain[3] with { Sequence = 2 }, chain[1] with { Sequence = 4 });
        var problem = LedgerWalk.Check(chain, null).Problem.ShouldNotBeNull();
        problem.Fault.ShouldBe(LedgerFault.Reordered);
        problem.Sequence.ShouldBe(2);
        problem.Text.ShouldContain("written as entry 4");
    }

    [Fact]
    public void A_truncated_chain_is_whole_by_itself_but_not_against_the_expected_head()
    {
        var chain = Chain(5);
        var head = new LedgerHead(5, chain[4].Hash);
        var cut = chain.Take(3).ToList();
        LedgerWalk.Check(cut, null).Ok.ShouldBeTrue();
        var problem = LedgerWalk.Check(cut, head).Problem.ShouldNotBeNull();
        problem.Fault.ShouldBe(LedgerFault.Truncated);
        problem.Sequence.ShouldBe(4);
        LedgerWalk.Check([], head).Problem.ShouldNotBeNull().Sequence.ShouldBe(1);
    }

    [Fact]
    public void A_head_from_the_past_is_proven_to_be_an_ancestor()
    {
        var chain = Chain(5);
        LedgerWalk.Check(chain, new LedgerHead(3, chain[2].Hash)).Ok.ShouldBeTrue();
    }

    [Fact]
    public void A_chain_rewritten_from_some_entry_on_is_found_by_a_head_from_before()
    {
        var chain = Chain(5);
        var head = new LedgerHead(3, chain[2].Hash);
        var rewritten = chain.Take(1).ToList();
        while (rewritten.Count < 5)
        {
            Append(rewritten, "{\"rewritten\":true}");
        }

        LedgerWalk.Check(rewritten, null).Ok.ShouldBeTrue();
        var problem = LedgerWalk.Check(rewritten, head).Problem.ShouldNotBeNull();
        problem.Fault.ShouldBe(LedgerFault.Rewritten);
        problem.Sequence.ShouldBe(3);
    }

    [Fact]
    public void Fields_cannot_be_shifted_into_each_other()
    {
        var entry = Chain(1)[0];
        var one = LedgerChain.Hash(entry with { Target = "ab", ChangeId = "c" });
        LedgerChain.Hash(entry with { Target = "a", ChangeId = "bc" }).ShouldNotBe(one);
        LedgerChain.Hash(entry with { Target = null, ChangeId = "abc" }).ShouldNotBe(LedgerChain.Hash(entry with { Target = string.Empty, ChangeId = "abc" }));
    }

    [Fact]
    public void The_format_of_the_hash_never_changes()
    {
        // A changed encoding would make every ledger in the field look tampered with.
        var entry = LedgerChain.Next(null, Start, LedgerKind.RolledBack, "7/db", null, "ana", "{\"a\":\"ü\"}");
        entry.Hash.ShouldBe("af4f20fc9d16dd55a305ce973b470882d7e2740c5c21b308b7a200f1c5b54604");
    }

    [Fact]
    public void Instants_are_cut_to_the_microseconds_that_PostgreSQL_keeps()
    {
        var fine = Start + Duration.FromNanoseconds(1_234_567);
        LedgerChain.Next(null, fine, LedgerKind.Proposed, null, null, "ana", "{}").At.ShouldBe(Start + Duration.FromNanoseconds(1_234_000));
        var early = Instant.FromUnixTimeTicks(-15);
        LedgerChain.Truncate(early).ShouldBe(Instant.FromUnixTimeTicks(-20));
    }

    [Theory]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("-1:0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("1:zz")]
    [InlineData("1:0000000000000000000000000000000000000000000000000000000000000000:x")]
    public void What_is_no_head_is_refused_as_usage(string text)
        => Should.Throw<AlmanacException>(() => LedgerHead.Parse(text)).ExitCode.ShouldBe(ExitCode.Usage);

    [Fact]
    public void A_head_reads_back_as_it_was_written()
    {
        var head = new LedgerHead(42, new string('f', 64));
        LedgerHead.Parse(head.ToString()).ShouldBe(head);
        LedgerHead.Parse(" 42:" + new string('F', 64) + "\n").ShouldBe(head);
    }

    private static List<LedgerEntry> Chain(int length)
    {
        var chain = new List<LedgerEntry>();
        while (chain.Count < length)
        {
            Append(chain, $"{{\"n\":{chain.Count}}}");
        }

        return chain;
    }

    private static void Append(List<LedgerEntry> chain, string payload)
        => chain.Add(LedgerChain.Next(
            chain.Count == 0 ? null : new LedgerHead(chain.Count, chain[^1].Hash),
            Start + Duration.FromMinutes(chain.Count), LedgerKind.Proposed, "7/db", "ci-1", "ana", payload));
}
