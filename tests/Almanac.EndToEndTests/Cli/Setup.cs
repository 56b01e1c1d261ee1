using Almanac.Testing;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

// Several of these tests measure; what ran beside them on a small machine would be measured too.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
