using Almanac.Model;
using Almanac.Tools.Postgres;

namespace Almanac.Store;

/// <summary>Brings the schema <c>almanac</c> to the version this binary knows; safe when several processes try at once.</summary>
internal sealed class MigrationWriter(PostgresClient client, IReadOnlyList<Migration> known)
{
    // Not to_regclass: that answers from the session's catalog cache, which waiting for an advisory lock does not refresh.
    private const string SchemaExists =
        "select exists (select from pg_catalog.pg_tables where schemaname = 'almanac' and tablename = 'schema_version')";

    private readonly StoreSession session = new(client);

    /// <summary>Whether the database has the schema at all.</summary>
    public static Task<bool> HasSchemaAsync(PostgresClient client, CancellationToken cancellation)
        => client.ScalarAsync<bool>(SchemaExists, null, cancellation);

    /// <summary>Applies what is pending, one transaction each, recorded with its checksum.</summary>
    /// <exception cref="AlmanacException">Exit code 12 when the schema is absent and may not be created, is newer, or differs.</exception>
    public async Task MigrateAsync(bool createSchema, CancellationToken cancellation)
    {
        if (!await HasSchemaAsync(client, cancellation) && !createSchema)
        {
            throw new AlmanacException(
                ExitCode.PrerequisiteMissing,
                $"{client.Target.Display} holds no schema almanac, and nothing is created without your consent.",
                "Name a store with --store URI, or agree to create the schema there (`almanac init`).");
        }

        while (await PendingAsync(cancellation) is [var next, ..])
        {
            await ApplyAsync(next, cancellation);
        }
    }

    private async Task<IReadOnlyList<Migration>> PendingAsync(CancellationToken cancellation)
    {
        var applied = await HasSchemaAsync(client, cancellation)
            ? await session.QueryAsync<AppliedMigration>("select version, name, checksum from almanac.schema_version", null, cancellation)
            : [];
        return Migrations.Pending(known, applied, client.Target.Display);
    }

    private Task ApplyAsync(Migration migration, CancellationToken cancellation) => client.RunAsync(
        async () =>
        {
            await using var transaction = await client.Connection.BeginTransactionAsync(cancellation);
            await session.LockAsync(StoreLock.Migration, cancellation);

            // Another process may have been faster while this one waited for the lock.
            if ((await PendingAsync(cancellation)).Any(pending => pending.Version == migration.Version))
            {
                if (!await HasSchemaAsync(client, cancellation))
                {
                    await session.ExecuteAsync(SqlResource.Load("Store/Sql/schema.sql"), null, cancellation);
                }

                await session.ExecuteAsync(migration.Sql, null, cancellation);
                await session.ExecuteAsync(
                    "insert into almanac.schema_version (version, name, checksum) values (@Version, @Name, @Checksum)",
                    new { migration.Version, migration.Name, migration.Checksum },
                    cancellation);
            }

            await transaction.CommitAsync(cancellation);
            return true;
        },
        $"migration {migration.Version}",
        cancellation);
}
