using Almanac.Testing;

[assembly: AssemblyFixture(typeof(PostgresFixture))]
