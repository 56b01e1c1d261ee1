using System.CommandLine;
using Almanac.Cli.Grammar;
using Almanac.Cli.Rendering;
using Almanac.Model;

namespace Almanac.Cli.Commands;

/// <summary><c>almanac init</c>: a configuration to start from, and the SQL of the four roles.</summary>
internal static class InitCommand
{
    public const string Description = "Print (or write) almanac.yaml, and the SQL of the four least-privilege roles.";

    public static Verb Build(CommandLine line)
    {
        var write = new Option<bool>("--write") { Description = "Write ./almanac.yaml and print the SQL only; an existing file is never overwritten." };
        return new Verb(
            "init",
            Description,
            new Example("init --write", "start here: writes ./almanac.yaml"),
            new Example("init --write | psql -d shop", "creates the roles, as a superuser"))
            .With(write)
            .Runs(line, (run, cancellation) => RunAsync(run, run.Value(write), cancellation));
    }

    private static async Task<ExitCode> RunAsync(VerbRun run, bool write, CancellationToken cancellation)
    {
        var yaml = ConfigTemplate.Text();
        var sql = Template("roles.sql");
        if (!write)
        {
            run.Output.Write(new View(
                new { Config = yaml, RolesSql = sql },
                new Line("# ---- almanac.yaml ----", Tone.Faint), new Code(yaml), new Line("-- ---- roles.sql ----", Tone.Faint), new Code(sql)));
            return ExitCode.Done;
        }

        var file = run.PathOf("almanac.yaml");
        await WriteNewAsync(file, yaml, cancellation);
        run.Progress.Note($"Wrote {file}. The SQL of the roles follows on standard output.");
        run.Output.Write(new View(new { Written = file, RolesSql = sql }, new Code(sql)));
        return ExitCode.Done;
    }

    private static async Task WriteNewAsync(string file, string text, CancellationToken cancellation)
    {
        try
        {
            await using var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
            await using var writer = new StreamWriter(stream);
            await writer.WriteAsync(text.AsMemory(), cancellation);
        }
        catch (IOException) when (File.Exists(file))
        {
            throw new AlmanacException(ExitCode.Usage, $"{file} exists and is not overwritten.", "Move it away first, or run `almanac init` without --write to see what would be written.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AlmanacException(ExitCode.PrerequisiteMissing, $"Cannot write {file}: {e.Message.TrimEnd('.')}.", "Run it in a folder that you may write to.", e);
        }
    }

    internal static string Template(string name)
    {
        using var stream = typeof(InitCommand).Assembly.GetManifestResourceStream("Templates/" + name)
            ?? throw new InvalidOperationException($"No template '{name}'.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
