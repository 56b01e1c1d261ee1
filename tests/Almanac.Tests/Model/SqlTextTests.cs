using Almanac.Model;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Almanac.Tests.Model;

public sealed class SqlTextTests
{
    [Theory]
    [InlineData("guests", "guests")]
    [InlineData("_x$1", "_x$1")]
    [InlineData("Guests", "\"Guests\"")]
    [InlineData("order", "\"order\"")]
    [InlineData("time", "\"time\"")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData("1st", "\"1st\"")]
    [InlineData("größe", "\"größe\"")]
    [InlineData("", "\"\"")]
    public void Identifiers_are_quoted_where_they_must_be(string identifier, string quoted) => SqlText.Quote(identifier).ShouldBe(quoted);

    [Theory]
    [InlineData("it's", "'it''s'")]
    [InlineData("a\\b", "E'a\\\\b'")]
    [InlineData("\\'", "E'\\\\'''")]
    public void Literals_are_escaped(string value, string literal) => SqlText.Literal(value).ShouldBe(literal);

    [Fact]
    public void A_literal_is_one_string_token_whatever_it_holds()
        => Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), value =>
            SqlLexer.Tokens(SqlText.Literal(value.Get)).Select(t => t.Kind).SequenceEqual([SqlTokenKind.String])).Check(FsCheck.Config.QuickThrowOnFailure);

    [Fact]
    public void A_quoted_identifier_is_one_token_whatever_it_holds()
        => Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), value =>
            SqlLexer.Tokens(SqlText.Quote(value.Get)).Count() == 1).Check(FsCheck.Config.QuickThrowOnFailure);

    [Theory]
    [InlineData("select 1", StatementKind.Select)]
    [InlineData("  -- why\n (SELECT 1)", StatementKind.Select)]
    [InlineData("values (1)", StatementKind.Select)]
    [InlineData("table guests", StatementKind.Select)]
    [InlineData("insert into a values ($1)", StatementKind.Insert)]
    [InlineData("update a set b = $1", StatementKind.Update)]
    [InlineData("delete from a", StatementKind.Delete)]
    [InlineData("merge into a using b on true when matched then delete", StatementKind.Merge)]
    [InlineData("with x as (select 1) select * from x", StatementKind.Select)]
    [InlineData("with x as (select 1) insert into a select * from x on conflict do update set b = 1", StatementKind.Insert)]
    [InlineData("with recursive x as (select 1) update a set b = 1", StatementKind.Update)]
    [InlineData("with gone as (delete from a returning *) select * from gone", StatementKind.Delete)]
    [InlineData("with gone as (delete from a returning *) insert into b select * from gone", StatementKind.Insert)]
    [InlineData("with job as (select id from jobs for update skip locked) select * from job", StatementKind.Select)]
    [InlineData("with job as (select id from jobs for no key update) select * from job", StatementKind.Select)]
    [InlineData("with x as (select substring(a for (1)) from t) delete from b", StatementKind.Delete)]
    [InlineData("with x as (select 1) values (1)", StatementKind.Select)]
    [InlineData("alter role ana password 'x'", StatementKind.Utility)]
    [InlineData("explain select 1", StatementKind.Utility)]
    [InlineData("call pay($1)", StatementKind.Utility)]
    [InlineData("", StatementKind.Utility)]
    public void The_kind_is_read_off_the_main_verb(string text, StatementKind kind) => SqlText.KindOf(text).ShouldBe(kind);

    [Theory]
    [InlineData("ALTER ROLE ana PASSWORD 'hunter2'", "ALTER ROLE")]
    [InlineData("create user bob password 'x'", "CREATE USER")]
    [InlineData("set app.jwt_secret = 'x'", "SET")]
    [InlineData("COPY guests from stdin", "COPY")]
    [InlineData("/* c */ vacuum (analyze) guests", "VACUUM")]
    [InlineData("do $$ begin perform 'x'; end $$", "DO")]
    [InlineData("'hunter2'", "UTILITY")]
    [InlineData("\"hunter2\" x", "UTILITY")]
    public void A_utility_statement_keeps_its_command_tag_only(string text, string tag) => SqlText.Redact(text).ShouldBe(tag);

    [Theory]
    [InlineData("select * from guests where name = $1", "select * from guests where name = $1")]
    [InlineData("select * from guests where name = 'Ana' and pin = 12345", "select * from guests where name = ? and pin = ?")]
    [InlineData("select a::varchar(4000) from t order by 2", "select a::varchar(4000) from t order by 2")]
    [InlineData("select /* ana@example.com */ 1", "select   1")]
    [InlineData("select 49.99", "select ?")]
    [InlineData("select 1 -- call me: 555", "select 1")]
    [InlineData("select E'a'\n'it\\'s secret'", "select ?")]
    [InlineData("select $$secret$$, U&'secret', x'ff'", "select ?, ?, ?")]
    [InlineData("select 1 as \"4111 1111 1111 1111\"", "select 1 as ?")]
    [InlineData("select card_4111111111111111 from t", "select ? from t")]
    [InlineData("select * from events_20230101_20230131", "select * from events_20230101_20230131")]
    public void Literals_comments_and_card_numbers_do_not_pass(string text, string redacted) => SqlText.Redact(text).ShouldBe(redacted);

    [Fact]
    public void Nothing_that_was_a_literal_survives()
    {
        var forms = Gen.Elements<Func<string, string>>(
            s => "'" + s + "'", s => "E'\\'" + s + "'", s => "E'x'\n'\\'" + s + "'", s => "$$" + s + "$$", s => "$q$ ' " + s + "$q$", s => "U&'" + s + "'",
            s => "-- " + s + "\n", s => "/* ' " + s + " */", s => "'' '" + s + "'", s => "'it''s " + s + "'");
        var gaps = Gen.Elements(" ", ", ", " = ", "::text ", " || ", "\n", " and a.b = $1 ", " \"Quoted ' name\" ");
        var texts = gaps.Zip(forms, (gap, form) => gap + form("secretword")).NonEmptyListOf().Select(parts => "select " + string.Concat(parts)).ToArbitrary();
        Prop.ForAll(texts, text =>
        {
            var redacted = SqlText.Redact(text);
            return !redacted.Contains("secretword") && SqlLexer.Tokens(redacted).All(t => t.Kind is not (SqlTokenKind.String or SqlTokenKind.Comment));
        }).Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(1_000));
    }

    [Theory]
    [InlineData("select * from a where b = 'x' and c = 123456 -- d")]
    [InlineData("ALTER ROLE ana PASSWORD 'x'")]
    [InlineData("'x'")]
    [InlineData("with x as (select 'a') insert into b select * from x")]
    public void Redacting_twice_changes_nothing(string text) => SqlText.Redact(SqlText.Redact(text)).ShouldBe(SqlText.Redact(text));

    [Theory]
    [InlineData("4111111111111111")]
    [InlineData("5555555555554444")]
    [InlineData("378282246310005")]
    [InlineData("6011111111111117")]
    [InlineData("30569309025904")]
    [InlineData("3530111333300000")]
    [InlineData("4222222222222")]
    [InlineData("6304000000000000000")]
    public void Card_numbers_satisfy_the_checksum(string digits) => SqlText.LooksLikeCardNumber(digits).ShouldBeTrue();

    [Theory]
    [InlineData("4111111111111112")]
    [InlineData("411111111111")]
    [InlineData("41111111111111111111")]
    [InlineData("411111111111111a")]
    [InlineData("")]
    public void Other_texts_do_not(string digits) => SqlText.LooksLikeCardNumber(digits).ShouldBeFalse();

    [Fact]
    public void Any_single_wrong_digit_breaks_the_checksum()
    {
        const string card = "4111111111111111";
        for (var i = 0; i < card.Length; i++)
        {
            var wrong = card[..i] + (char)('0' + ((card[i] - '0' + 3) % 10)) + card[(i + 1)..];
            SqlText.LooksLikeCardNumber(wrong).ShouldBeFalse(wrong);
        }
    }

    [Fact]
    public void Own_statements_are_recognised_by_their_mark()
    {
        OwnStatement.Is(OwnStatement.Mark("select 1")).ShouldBeTrue();
        OwnStatement.Is("\n " + OwnStatement.Mark("select 1")).ShouldBeTrue();
        OwnStatement.Is("select 1 /* almanac */").ShouldBeFalse();
    }
}
