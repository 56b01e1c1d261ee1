using System.Globalization;
using System.Text.RegularExpressions;
using Almanac.Model;
using Almanac.Store;
using Almanac.Testing;
using Almanac.Tools.Postgres;
using Shouldly;

namespace Almanac.IntegrationTests.Tools;

public sealed partial class SqlFilesTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Every_query_prepares_on_the_real_server()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using (await AlmanacDatabase.OpenAsync(database.Target, createSchema: true, CancellationToken.None))
        {
        }

        await using var session = await database.OpenScratchAsync();
        var major = await session.ScalarAsync<int>("select current_setting('server_version_num')::int / 10000", null, CancellationToken.None);
        var prepared = 0;
        foreach (var path in SqlResource.Paths.Where(p => IsQuery(p) && MinimumVersion(p) <= major))
        {
            // Where a file leaves the extension's schema open, its reader fills it in.
            var sql = Positional(SqlResource.Load(path).Replace("{schema}", "public", StringComparison.Ordinal));
            await Should.NotThrowAsync(async () => await session.ExecuteAsync($"prepare q{prepared} as {sql}", CancellationToken.None), path);
            prepared++;
        }

        prepared.ShouldBeGreaterThan(20);
    }

    [Fact]
    public async Task Identifiers_are_quoted_exactly_as_the_server_does()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var session = await database.OpenScratchAsync();
        var words = await session.QueryAsync<Quoted>(
            "select w as word, quote_ident(w) as by_server from (select word from pg_get_keywords() union values ('Guests'), ('a b'), ('a\"b'), ('_x'), ('1x'), ('x1')) as t (w)",
            null,
            CancellationToken.None);
        words.Count.ShouldBeGreaterThan(400);
        words.Where(w => SqlText.Quote(w.Word) != w.ByServer).Select(w => w.Word).ShouldBeEmpty();
    }

    // Migrations run once and are tested by running them; the schema's own statements are DDL, which cannot be prepared.
    private static bool IsQuery(string path)
        => path.Contains("/Sql/", StringComparison.Ordinal) && path != "Store/Sql/schema.sql";

    private static int MinimumVersion(string path)
    {
        var suffix = Path.GetExtension(Path.GetFileNameWithoutExtension(path));
        return suffix.Length > 1 ? int.Parse(suffix[1..], CultureInfo.InvariantCulture) : 0;
    }

    // Dapper's @name as the server's own $n.
    private static string Positional(string sql)
    {
        var names = new List<string>();
        return NamedParameter().Replace(sql, match =>
        {
            if (!names.Contains(match.Value))
            {
                names.Add(match.Value);
            }

            return "$" + (names.IndexOf(match.Value) + 1).ToString(CultureInfo.InvariantCulture);
        });
    }

    [GeneratedRegex("(?<![@<>|&a-z])@[a-zA-Z_]+")]
    private static partial Regex NamedParameter();

    private sealed record Quoted
    {
        public required string Word { get; init; }
        public required string ByServer { get; init; }
    }
}
