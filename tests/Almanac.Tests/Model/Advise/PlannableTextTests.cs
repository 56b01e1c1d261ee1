using Almanac.Model;
using Shouldly;

namespace Almanac.Tests.Model.Advise;

public sealed class PlannableTextTests
{
    [Theory]
    [InlineData("SELECT now() - interval $1", "SELECT now ( ) - ($1::interval)")]
    [InlineData("SELECT date $1 + interval $2 month", "SELECT ($1::date) + ($2 * interval '1 month')")]
    [InlineData("SELECT interval $1 day to second", "SELECT ($1::interval)")]
    [InlineData("SELECT timestamp with time zone $1", "SELECT ($1::timestamp with time zone)")]
    [InlineData("SELECT made AT TIME ZONE $1 FROM t", "SELECT made AT TIME ZONE $1 FROM t")]
    [InlineData("SELECT double precision $1", "SELECT ($1::double precision)")]
    [InlineData("SELECT a FROM t LIMIT $1 OFFSET $2", "SELECT a FROM t LIMIT 20 OFFSET 0")]
    [InlineData("SELECT a FROM t FETCH FIRST $1 ROWS ONLY", "SELECT a FROM t FETCH FIRST 20 ROWS ONLY")]
    [InlineData("SELECT extract($1 FROM d) FROM t", "SELECT extract (year FROM d) FROM t")]
    [InlineData("SELECT extract($1 FROM d) FROM t GROUP BY extract(month FROM d)", "SELECT extract (month FROM d) FROM t GROUP BY extract (month FROM d)")]
    [InlineData("SELECT * FROM t WHERE a=? AND b IN (?, $1)", "SELECT * FROM t WHERE a = $2 AND b IN ($3, $1)")]
    [InlineData("SELECT * FROM t WHERE tags ? $1 AND tags ?| $2", "SELECT * FROM t WHERE tags ? $1 AND tags ?| $2")]
    public void Normalised_text_parses_again(string normalised, string plannable) => Words(PlannableText.Rewrite(normalised, 20)).ShouldBe(Words(plannable));

    [Fact]
    public void Expression_under_group_by_takes_the_constants_of_its_twin()
        => Words(PlannableText.UnifyTwins("SELECT date_trunc($1, d), count(*) FROM t WHERE x = $2 GROUP BY date_trunc('day', d) ORDER BY date_trunc($3, d) DESC")!)
            .ShouldBe(Words("SELECT date_trunc($1, d), count(*) FROM t WHERE x = $2 GROUP BY date_trunc($1, d) ORDER BY date_trunc($1, d) DESC"));

    [Fact]
    public void Text_without_twins_is_not_touched() => PlannableText.UnifyTwins("SELECT a + $1 FROM t GROUP BY a ORDER BY b + $2").ShouldBeNull();

    [Theory]
    [InlineData("UPDATE t SET a = $1, b = lower($2) WHERE c = $3 RETURNING a", "SELECT 1 FROM t WHERE c = $3")]
    [InlineData("UPDATE t x SET a = o.b FROM o WHERE o.id = x.id", "SELECT 1 FROM t x, o WHERE o.id = x.id")]
    [InlineData("DELETE FROM only t USING o WHERE o.id = t.id", "SELECT 1 FROM only t, o WHERE o.id = t.id")]
    [InlineData("DELETE FROM t", "SELECT 1 FROM t")]
    public void Write_reads_what_it_would_change(string write, string read) => Words(PlannableText.AsSelect(write)!).ShouldBe(Words(read));

    [Theory]
    [InlineData("SELECT 1")]
    [InlineData("INSERT INTO t VALUES ($1)")]
    [InlineData("WITH x AS (SELECT 1) DELETE FROM t")]
    public void Other_statements_have_no_reading_twin(string text) => PlannableText.AsSelect(text).ShouldBeNull();

    [Fact]
    public void Parameter_that_the_error_names_is_typed_as_text()
    {
        const string Text = "SELECT $1 IS NULL, $2 + a FROM t";
        var typing = new ParameterTyping(Text);

        typing.TryNext(Text, "could not determine data type of parameter $1", 8).ShouldBeTrue();

        typing.Types.ShouldBe(["text", "unknown"]);
    }

    [Fact]
    public void Guess_moves_to_the_neighbour_when_the_same_condition_still_fails()
    {
        const string Text = "SELECT * FROM t WHERE id = $1 AND coalesce(d, $2) > current_date - $3";
        var typing = new ParameterTyping(Text);
        var operatorAt = Text.IndexOf('>', StringComparison.Ordinal) + 1;

        typing.TryNext(Text, "operator does not exist: date > integer", operatorAt).ShouldBeTrue();
        typing.Types.ShouldBe(["unknown", "integer", "unknown"]);
        typing.TryNext(Text, "COALESCE types date and integer cannot be matched", operatorAt - 5).ShouldBeTrue();

        typing.Types.ShouldBe(["unknown", "unknown", "date"]);
    }

    [Fact]
    public void Guesses_end()
    {
        const string Text = "SELECT $1";
        var typing = new ParameterTyping(Text);
        var guesses = 0;
        while (typing.TryNext(Text, "operator is not unique", 8))
        {
            guesses++;
        }

        guesses.ShouldBeInRange(3, 10);
    }

    private static string Words(string sql) => string.Concat(SqlLexer.Tokens(sql).Where(t => t.Kind is not SqlTokenKind.Space).Select(t => t.Text + " "));
}
