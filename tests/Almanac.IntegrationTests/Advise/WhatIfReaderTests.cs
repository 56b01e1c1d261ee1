using Almanac.Advise;
using Almanac.Config;
using Almanac.Model;
using Almanac.Testing;
using Almanac.Tools.Postgres;
using Shouldly;

namespace Almanac.IntegrationTests.Advise;

public sealed class WhatIfReaderTests(PostgresFixture postgres)
{
    private const string Things =
        """
        CREATE TABLE things (id int, name varchar(30), made timestamptz, price numeric(10,2), done boolean, tags jsonb);
        INSERT INTO things SELECT g, 'n' || g, '2027-01-01'::timestamptz + g * interval '1 minute', g, g % 2 = 0, '{}' FROM generate_series(1, 20000) g;
        VACUUM ANALYZE things
        """;

    private static readonly string[] Varied =
    [
        "SELECT date_trunc('day', made), count(*) FROM things GROUP BY date_trunc('day', made) ORDER BY date_trunc('day', made)",
        "SELECT * FROM things WHERE made > now() - interval '3 days'",
        "SELECT * FROM things WHERE made > now() - '3 days'::interval AND price > 10 + 5 * 2",
        "SELECT * FROM things WHERE made BETWEEN timestamp with time zone '2027-01-01' AND timestamptz '2027-02-01' LIMIT 10 OFFSET 20",
        "SELECT * FROM things WHERE made > timestamp '2027-01-01 00:00' + interval '1' month AND name ILIKE 'a%'",
        "SELECT id, coalesce(name, 'none'), CASE WHEN price > 5 THEN 'dear' ELSE 'cheap' END FROM things WHERE name IN ('a', 'b', 'c') FETCH FIRST 5 ROWS ONLY",
        "SELECT round(sum(price) * 1.19, 2), avg(price + 1) FROM things WHERE NOT done",
        "SELECT tags->>'colour', count(*) FROM things WHERE tags @> '{\"a\": 1}' GROUP BY tags->>'colour'",
        "SELECT * FROM generate_series(1, 10) g LEFT JOIN things t ON t.id = g WHERE t.id IS NULL",
        "SELECT * FROM things WHERE (made, id) < ('2027-01-05', 77) ORDER BY made DESC, id DESC LIMIT 20",
        "UPDATE things SET price = price * 1.1, name = 'x' || name WHERE id = 5 AND made < current_date - 30",
        "DELETE FROM things WHERE id = -1 AND name = 'gone'",
        "INSERT INTO things (id, name, made, price) VALUES (90001, 'new', now(), 3.5)",
        "WITH gone AS (DELETE FROM things WHERE id = -2 RETURNING id) SELECT count(*) FROM gone",
        "SELECT extract(epoch FROM made)::bigint / 60, 'total' FROM things WHERE id = ANY(ARRAY[1, 2, 3]) FOR UPDATE",
        "SELECT count(*) FILTER (WHERE price > 3), percentile_cont(0.5) WITHIN GROUP (ORDER BY price) FROM things WHERE made::date = date '2027-01-03'",
        "SELECT substring(name FROM 1 FOR 2), count(*) FROM things GROUP BY substring(name FROM 1 FOR 2) HAVING count(*) > 1",
        "SELECT coalesce(made, to_timestamp(0) + interval '1 day', '2027-01-01') FROM things WHERE coalesce(made::date, '2027-01-01') > current_date - 7",
        "SELECT id FROM things WHERE CASE WHEN done THEN 1 ELSE 2 END + 1 = 2 AND price / 2 > 10 % 3",
        "SELECT row_number() OVER (PARTITION BY done ORDER BY made), lag(price, 1) OVER (ORDER BY id) FROM things WHERE price >= 0.5 + 0.5",
    ];

    [Fact]
    public async Task At_least_21_of_22_decision_support_texts_become_plannable()
    {
        await using var scene = await AdviseScene.CreateAsync(postgres, StarSchema.Tables);
        await scene.ExecuteAsync(StarSchema.Statements);

        var failed = await UnplannableAsync(scene);

        failed.Count.ShouldBeLessThanOrEqualTo(1, string.Join("\n", failed));
    }

    [Fact]
    public async Task Everyday_texts_of_varied_shapes_become_plannable()
    {
        await using var scene = await AdviseScene.CreateAsync(postgres, Things.Split(";\n"));
        await scene.ExecuteAsync(Varied);

        var failed = await UnplannableAsync(scene);

        failed.ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_is_executed_and_nothing_is_left_behind()
    {
        await using var scene = await AdviseScene.CreateAsync(postgres, Things.Split(";\n"));
        await using var whatIf = await WhatIfReader.OpenAsync(scene.Database.Target, null, CancellationToken.None);

        var preparation = await whatIf.PrepareAsync(AdviseScene.Statement(1, "DELETE FROM things WHERE id = $1", 1, 1), CancellationToken.None);
        var plan = await whatIf.ExplainAsync(preparation.Statement!, [Index("things", "id")], CancellationToken.None);

        plan!.Used.Count.ShouldBe(1);
        plan.Cost.ShouldBeLessThan(preparation.Plan!.Cost / 10);
        (await scene.Database.ScalarAsync<long>("SELECT count(*) FROM things")).ShouldBe(20000);
        (await scene.Database.ScalarAsync<long>("SELECT count(*) FROM pg_index WHERE indrelid = 'things'::regclass")).ShouldBe(0);
        (await scene.WorkloadAsync()).Statements.ShouldNotContain(s => s.Text.Contains("things WHERE id", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Plan_without_an_index_is_not_remembered_when_it_appears()
    {
        await using var scene = await AdviseScene.CreateAsync(postgres, Things.Split(";\n"));
        await using var whatIf = await WhatIfReader.OpenAsync(scene.Database.Target, null, CancellationToken.None);
        var statement = (await whatIf.PrepareAsync(AdviseScene.Statement(1, "SELECT * FROM things WHERE id = $1", 1, 1), CancellationToken.None)).Statement!;

        var without = (await whatIf.ExplainAsync(statement, [], CancellationToken.None))!.Cost;
        var with = (await whatIf.ExplainAsync(statement, [Index("things", "id"), Index("things", "name")], CancellationToken.None))!;
        var again = (await whatIf.ExplainAsync(statement, [Index("things", "name")], CancellationToken.None))!;

        with.Cost.ShouldBeLessThan(without);
        with.Used.ShouldBe([Index("things", "id")]);
        again.Cost.ShouldBe(without);
        again.Used.ShouldBeEmpty();
        whatIf.ExplainCalls.ShouldBe(4);
    }

    [Fact]
    public async Task Index_that_cannot_exist_does_not_spoil_the_others()
    {
        await using var scene = await AdviseScene.CreateAsync(postgres, Things.Split(";\n"));
        await using var whatIf = await WhatIfReader.OpenAsync(scene.Database.Target, null, CancellationToken.None);
        var statement = (await whatIf.PrepareAsync(AdviseScene.Statement(1, "SELECT * FROM things WHERE id = $1", 1, 1), CancellationToken.None)).Statement!;

        var plan = await whatIf.ExplainAsync(statement, [Index("things", "((made)::date)"), Index("things", "id")], CancellationToken.None);

        plan!.Used.ShouldBe([Index("things", "id")]);
    }

    [Fact]
    public async Task Folded_statement_and_unknown_table_are_unplannable_with_a_reason()
    {
        await using var scene = await AdviseScene.CreateAsync(postgres, Things.Split(";\n"));
        await using var whatIf = await WhatIfReader.OpenAsync(scene.Database.Target, null, CancellationToken.None);

        (await ReasonAsync("SELECT * FROM things WHERE 1 = 2")).ShouldNotBeNull().ShouldContain("no rows");
        (await ReasonAsync("SELECT * FROM nothing WHERE id = $1")).ShouldNotBeNull().ShouldContain("does not exist");
        (await ReasonAsync("SELEC id FROM things")).ShouldNotBeNull();
        (await ReasonAsync("SELECT 1; DROP TABLE things")).ShouldNotBeNull().ShouldContain("multiple commands");

        async Task<string?> ReasonAsync(string text)
            => (await whatIf.PrepareAsync(AdviseScene.Statement(1, text, 1, 1) with { Kind = StatementKind.Select }, CancellationToken.None)).Reason;
    }

    [Fact]
    public async Task Role_that_may_only_read_still_plans_updates_as_reads()
    {
        await using var scene = await AdviseScene.CreateAsync(postgres, Things.Split(";\n"));
        var role = "reader_" + scene.Database.Target.Database;
        await scene.ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'secret'", $"GRANT SELECT ON things TO {role}");
        try
        {
            await using var whatIf = await WhatIfReader.OpenAsync(scene.Database.Target with { User = role, Password = "secret" }, null, CancellationToken.None);

            var update = await whatIf.PrepareAsync(AdviseScene.Statement(1, "UPDATE things SET price = price + $1 WHERE id = $2", 1, 1), CancellationToken.None);
            var insert = await whatIf.PrepareAsync(AdviseScene.Statement(2, "INSERT INTO things (id) VALUES ($1)", 1, 1), CancellationToken.None);

            (await whatIf.ExplainAsync(update.Statement!, [Index("things", "id")], CancellationToken.None))!.Used.Count.ShouldBe(1);
            insert.Reason.ShouldNotBeNull().ShouldContain("permission denied");
        }
        finally
        {
            await scene.ExecuteAsync($"DROP OWNED BY {role}", $"DROP ROLE {role}");
        }
    }

    [Fact]
    public async Task Missing_HypoPG_is_a_missing_prerequisite_with_the_way_to_get_it()
    {
        await using var scene = await AdviseScene.CreateAsync(postgres, "DROP EXTENSION hypopg");

        var error = await Should.ThrowAsync<AlmanacException>(WhatIfReader.OpenAsync(scene.Database.Target, null, CancellationToken.None));

        error.ExitCode.ShouldBe(ExitCode.PrerequisiteMissing);
        error.Message.ShouldContain("HypoPG");
        error.Hint.ShouldNotBeNull().ShouldContain("CREATE EXTENSION hypopg");
    }

    private static async Task<List<string>> UnplannableAsync(AdviseScene scene)
    {
        await using var whatIf = await WhatIfReader.OpenAsync(scene.Database.Target, null, CancellationToken.None);
        List<string> failed = [];
        var statements = (await scene.WorkloadAsync()).Statements.Where(s => s.Kind is not StatementKind.Utility).ToList();
        statements.Count.ShouldBeGreaterThan(15);
        foreach (var statement in statements)
        {
            if (await whatIf.PrepareAsync(statement, CancellationToken.None) is { Reason: { } reason })
            {
                failed.Add($"{reason}: {statement.Text}");
            }
        }

        return failed;
    }

    private static CreateIndexSpec Index(string table, params string[] keys) => new SpecKeys(table, keys).ToSpec();

    // Compared by value in the assertions above, so the lists must be the same objects.
    private sealed record SpecKeys(string Table, string[] Keys)
    {
        private static readonly Dictionary<string, CreateIndexSpec> Known = [];

        public CreateIndexSpec ToSpec()
        {
            lock (Known)
            {
                var key = Table + string.Join(',', Keys);
                return Known.TryGetValue(key, out var spec) ? spec : Known[key] = new CreateIndexSpec { Schema = "public", Table = Table, Name = "i", Keys = Keys };
            }
        }
    }
}
