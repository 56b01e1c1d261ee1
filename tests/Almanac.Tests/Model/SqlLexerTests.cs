using Almanac.Model;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Almanac.Tests.Model;

public sealed class SqlLexerTests
{
    // Pieces that open, close and escape each other, so that random texts reach the corners.
    private static readonly Arbitrary<string> Texts = Gen.Elements(
            "'", "''", "\\", "E'", "e'", "U&'", "B'1'", "\"", "U&\"", "$$", "$tag$", "$1", "$", "--", "/*", "*/", "\n", "\r\n", " ", "\t",
            "select", "from", "é", "💍", "1.5e3", ".", "4111111111111111", "secret", ";", "(", ")", "::", "->>", "_x", "\u00a0", "with", "update")
        .ListOf().Select(parts => string.Concat(parts)).ToArbitrary();

    [Fact]
    public void The_tokens_of_any_text_add_up_to_it()
        => Prop.ForAll(Texts, text =>
        {
            var tokens = SqlLexer.Tokens(text).ToList();
            return string.Concat(tokens.Select(t => t.Text)) == text
                && tokens.TrueForAll(t => t.Text.Length > 0 && text.Substring(t.Start, t.Text.Length) == t.Text);
        }).Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void Arbitrary_strings_add_up_too()
        => Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
            text is null || string.Concat(SqlLexer.Tokens(text).Select(t => t.Text)) == text).Check(FsCheck.Config.QuickThrowOnFailure);

    [Theory]
    [InlineData("'it''s'", SqlTokenKind.String)]
    [InlineData("E'it\\'s'", SqlTokenKind.String)]
    [InlineData("e'\\\\'", SqlTokenKind.String)]
    [InlineData("'ends with \\'", SqlTokenKind.String)]
    [InlineData("B'101'", SqlTokenKind.String)]
    [InlineData("x'ff'", SqlTokenKind.String)]
    [InlineData("N'x'", SqlTokenKind.String)]
    [InlineData("U&'\\0041'", SqlTokenKind.String)]
    [InlineData("U&\"\\0041\"", SqlTokenKind.QuotedIdentifier)]
    [InlineData("\"a\"\"b\"", SqlTokenKind.QuotedIdentifier)]
    [InlineData("$$it's$$", SqlTokenKind.String)]
    [InlineData("$fn$ $$ ' $fn$", SqlTokenKind.String)]
    [InlineData("'a'\n  'b'", SqlTokenKind.String)]
    [InlineData("'a' -- why\n 'b'", SqlTokenKind.String)]
    [InlineData("E'a'\n'it\\'s'", SqlTokenKind.String)]
    [InlineData("$12", SqlTokenKind.Parameter)]
    [InlineData("/* a /* nested */ b */", SqlTokenKind.Comment)]
    [InlineData("-- to the end", SqlTokenKind.Comment)]
    [InlineData("1.5e-3", SqlTokenKind.Number)]
    [InlineData(".5", SqlTokenKind.Number)]
    [InlineData("guest$1", SqlTokenKind.Word)]
    [InlineData("größe", SqlTokenKind.Word)]
    [InlineData("'unterminated", SqlTokenKind.String)]
    [InlineData("/* unterminated", SqlTokenKind.Comment)]
    [InlineData("$x$ unterminated", SqlTokenKind.String)]
    [InlineData(" \t\r\n\f\v", SqlTokenKind.Space)]
    public void One_token_is_read_whole(string text, SqlTokenKind kind)
    {
        var token = SqlLexer.Tokens(text).ShouldHaveSingleItem();
        token.Kind.ShouldBe(kind);
    }

    [Theory]
    [InlineData("a='x'", "a|=|'x'")]
    [InlineData("'a' 'b'", "'a'| |'b'")]
    [InlineData("'a'\n\"b\"", "'a'|\n|\"b\"")]
    [InlineData("1e", "1|e")]
    [InlineData("$1::text", "$1|:|:|text")]
    [InlineData("--x\rselect", "--x|\r|select")]
    [InlineData("likeE'a\\'", "likeE|'a\\'")]
    [InlineData("$a b$", "$|a| |b$")]
    public void Neighbours_are_told_apart(string text, string tokens)
        => string.Join('|', SqlLexer.Tokens(text).Select(t => t.Text)).ShouldBe(tokens);
}
