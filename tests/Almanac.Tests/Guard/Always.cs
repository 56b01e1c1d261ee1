using FsCheck;
using FsCheck.Fluent;

namespace Almanac.Tests.Guard;

/// <summary>Checks that something holds for many generated cases; the same cases on every run.</summary>
internal static class Always
{
    public static void Holds<T>(Gen<T> cases, Action<T> assertion, int times = 100)
        => Check.One(
            FsCheck.Config.QuickThrowOnFailure.WithMaxTest(times).WithReplay(20270619, 14_000_001),
            Prop.ForAll(Arb.From(cases), assertion));
}
