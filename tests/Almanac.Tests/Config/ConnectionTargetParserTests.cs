using Almanac.Config;
using Almanac.Model;
using Almanac.Tests.Guard;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;

namespace Almanac.Tests.Config;

public sealed class ConnectionTargetParserTests
{
    private static readonly ConnectionEnvironment Plain = new() { OsUser = "os", Home = "/home/os", DefaultHost = "/var/run/postgresql" };

    private static ConnectionTarget Parse(string text, ConnectionEnvironment? env = null) => ConnectionTargetParser.Parse(text, env ?? Plain);

    private static ConnectionEnvironment With(Dictionary<string, string>? variables = null, Dictionary<string, string>? files = null) => Plain with
    {
        Variables = variables ?? [],
        Text = path => files?.GetValueOrDefault(path),
        PrivateText = path => files?.GetValueOrDefault(path),
    };

    [Theory]
    [InlineData("", "os@/var/run/postgresql:5432/os")]
    [InlineData("shop", "os@/var/run/postgresql:5432/shop")]
    [InlineData("postgresql://", "os@/var/run/postgresql:5432/os")]
    [InlineData("postgres://db.example", "os@db.example:5432/os")]
    [InlineData("postgresql://db.example:5433/shop", "os@db.example:5433/shop")]
    [InlineData("postgresql://ann@db/shop", "ann@db:5432/shop")]
    [InlineData("postgresql://ann:pw@/shop", "ann@/var/run/postgresql:5432/shop")]
    [InlineData("postgresql://a:1111,b:2222/shop", "os@a,b:1111,2222/shop")]
    [InlineData("postgresql://a,b:2222/shop", "os@a,b:5432,2222/shop")]
    [InlineData("postgresql://[::1]:5433/shop", "os@::1:5433/shop")]
    [InlineData("postgresql://[2001:db8::7]/shop", "os@2001:db8::7:5432/shop")]
    [InlineData("postgresql:///shop?host=/tmp/x&port=5433", "os@/tmp/x:5433/shop")]
    [InlineData("postgresql://%2Ftmp%2Fx/shop", "os@/tmp/x:5432/shop")]
    [InlineData("postgresql://ann%40corp@db/my%20shop", "ann@corp@db:5432/my shop")]
    [InlineData("postgresql://db/shop?user=bob&dbname=other", "bob@db:5432/other")]
    [InlineData("host=db port=5433 dbname=shop user=ann", "ann@db:5433/shop")]
    [InlineData("  host = db   dbname='my shop' user='o\\'hara' ", "o'hara@db:5432/my shop")]
    [InlineData("host=a\\ b dbname=''", "os@a b:5432/os")]
    [InlineData("host=a,b port=1,2", "os@a,b:1,2/os")]
    [InlineData("host=db hostaddr=10.0.0.7", "os@10.0.0.7:5432/os")]
    public void What_psql_accepts_is_understood(string text, string display) => Parse(text).Display.ShouldBe(display);

    [Fact]
    public void Parameters_of_a_URI_are_read()
    {
        var target = Parse("postgresql://ann:s%3Acret@db/shop?sslmode=verify-full&application_name=x&sslrootcert=/ca.pem&connect_timeout=3&options=-c%20search_path%3Dapp&target_session_attrs=read-write&channel_binding=require&require_auth=scram-sha-256");
        target.Password.ShouldBe("s:cret");
        target.SslMode.ShouldBe("verify-full");
        target.SslRootCertificate.ShouldBe("/ca.pem");
        target.ConnectTimeoutSeconds.ShouldBe(3);
        target.Options.ShouldBe("-c search_path=app");
        target.TargetSessionAttributes.ShouldBe("read-write");
        target.ChannelBinding.ShouldBe("require");
        target.RequireAuth.ShouldBe("scram-sha-256");
    }

    [Theory]
    [InlineData("postgresql://db/shop?ssl=true", "require")]
    [InlineData("postgresql://db/shop?sslrootcert=system", "verify-full")]
    [InlineData("postgresql://db/shop", "prefer")]
    public void Ssl_mode_follows_libpq(string text, string mode) => Parse(text).SslMode.ShouldBe(mode);

    [Theory]
    [InlineData("connect_timeout=0", 10)] // libpq would wait forever
    [InlineData("connect_timeout=1", 2)]
    [InlineData("connect_timeout=30", 30)]
    public void Connecting_always_has_a_deadline(string text, int seconds) => Parse(text).ConnectTimeoutSeconds.ShouldBe(seconds);

    [Fact]
    public void Text_beats_service_beats_variables()
    {
        var env = With(
            new() { ["PGHOST"] = "from-env", ["PGPORT"] = "1", ["PGUSER"] = "env-user", ["PGDATABASE"] = "env-db", ["PGPASSWORD"] = "env-pw", ["PGSSLMODE"] = "require" },
            new() { ["/home/os/.pg_service.conf"] = "# services\n[other]\nhost=wrong\n\n[shop]\nhost=from-service\nport=2\nuser=service-user\n" });
        var target = Parse("service=shop user=ann", env);
        target.Display.ShouldBe("ann@from-service:2/env-db");
        target.Password.ShouldBe("env-pw");
        target.SslMode.ShouldBe("require");
    }

    [Fact]
    public void A_service_can_come_from_the_URI_the_environment_and_another_file()
    {
        var files = new Dictionary<string, string> { ["/svc"] = "[shop]\r\nhost=s\r\ndbname=d\r\n", ["/etc/postgresql-common/pg_service.conf"] = "[global]\nhost=g" };
        Parse("postgresql:///?service=shop", With(new() { ["PGSERVICEFILE"] = "/svc" }, files)).Display.ShouldBe("os@s:5432/d");
        Parse("", With(new() { ["PGSERVICEFILE"] = "/svc", ["PGSERVICE"] = "shop" }, files)).Display.ShouldBe("os@s:5432/d");
        Parse("service=global", With(files: files)).Hosts.ShouldBe(["g"]);
    }

    [Fact]
    public void An_unknown_service_names_the_nearest()
    {
        var error = Should.Throw<AlmanacException>(() => Parse("service=shpo", With(files: new() { ["/home/os/.pg_service.conf"] = "[shop]\nhost=s" })));
        error.ExitCode.ShouldBe(ExitCode.ConfigurationInvalid);
        error.Message.ShouldContain("did you mean 'shop'?");
    }

    [Theory]
    [InlineData("[shop]\nhots=s", ":2: unknown parameter 'hots'; did you mean 'host'?")]
    [InlineData("[shop]\nhost", ":2: a line without '='")]
    [InlineData("[shop]\n\nservice=x", ":3: a service cannot name another service")]
    public void A_broken_service_file_is_reported_with_its_line(string text, string message)
        => Should.Throw<AlmanacException>(() => Parse("service=shop", With(files: new() { ["/home/os/.pg_service.conf"] = text }))).Message.ShouldEndWith(message);

    [Theory]
    [InlineData("db:5432:shop:ann:right", "right")]
    [InlineData("other:5432:shop:ann:wrong\n*:*:*:ann:right\n*:*:*:*:late", "right")]
    [InlineData("# db:5432:shop:ann:comment\ndb:*:shop:ann:right\r\n", "right")]
    [InlineData("db:5432:shop:ann:a\\:b\\\\c", "a:b\\c")]
    [InlineData("db:5432:shop:ann:with:colon", "with:colon")]
    [InlineData("db:5433:shop:ann:wrong", null)]
    [InlineData("db:5432:shop", null)]
    [InlineData("\\*:5432:shop:ann:literal-star", null)]
    public void A_password_is_looked_up_as_libpq_does(string pgpass, string? password)
        => Parse("postgresql://ann@db/shop", With(files: new() { ["/home/os/.pgpass"] = pgpass })).Password.ShouldBe(password);

    [Fact]
    public void Escapes_in_the_password_file_match_names_with_colons()
        => Parse("host=::1 user=ann dbname=shop", With(files: new() { ["/home/os/.pgpass"] = "\\:\\:1:5432:shop:ann:six" })).Password.ShouldBe("six");

    [Fact]
    public void The_default_socket_is_localhost_in_the_password_file_and_passfile_names_another_file()
    {
        Parse("", With(files: new() { ["/home/os/.pgpass"] = "localhost:5432:os:os:pw" })).Password.ShouldBe("pw");
        Parse("passfile=/p", With(files: new() { ["/p"] = "*:*:*:*:pw2" })).Password.ShouldBe("pw2");
        Parse("", With(new() { ["PGPASSFILE"] = "/p" }, new() { ["/p"] = "*:*:*:*:pw2" })).Password.ShouldBe("pw2");
        Parse("password=own passfile=/p", With(files: new() { ["/p"] = "*:*:*:*:pw2" })).Password.ShouldBe("own");
    }

    [Theory]
    [InlineData("postgresql://db/shop?sslmod=require", "unknown parameter 'sslmod'; did you mean 'sslmode'?")]
    [InlineData("host=db databse=shop", "unknown parameter 'databse'")]
    [InlineData("postgresql://db/shop?sslmode=sometimes", "sslmode has a value that libpq does not know")]
    [InlineData("postgresql://db:70000/shop", "A port must be a number from 1 to 65535")]
    [InlineData("postgresql://db:x/shop", "A port must be a number")]
    [InlineData("host=a,b port=1,2,3", "3 ports were given for 2 hosts")]
    [InlineData("postgresql://[::1/shop", "IPv6")]
    [InlineData("postgresql://db/shop%2", "two hexadecimal digits")]
    [InlineData("postgresql://db/shop%00", "%00")]
    [InlineData("postgresql://db/shop?sslmode", "no '='")]
    [InlineData("mysql://db/shop", "scheme")]
    [InlineData("host='db", "no closing quote")]
    [InlineData("host=db oops", "character 9")]
    [InlineData("host=db hostaddr=name", "IP address")]
    [InlineData("host=db hostaddr=10.0.0.1 sslmode=verify-full", "verify-full")]
    [InlineData("connect_timeout=soon", "connect_timeout")]
    [InlineData("sslcrl=/crl.pem", "cannot honour")]
    [InlineData("gssencmode=require", "cannot honour")]
    public void What_cannot_be_right_is_a_usage_error(string text, string message)
    {
        var error = Should.Throw<AlmanacException>(() => Parse(text));
        error.ExitCode.ShouldBe(ExitCode.Usage);
        error.Message.ShouldContain(message);
    }

    [Fact]
    public void A_wrong_variable_is_a_configuration_error_that_names_it()
    {
        var error = Should.Throw<AlmanacException>(() => Parse("", With(new() { ["PGSSLMODE"] = "on" })));
        error.ExitCode.ShouldBe(ExitCode.ConfigurationInvalid);
        error.Message.ShouldContain("PGSSLMODE");
    }

    [Theory]
    [InlineData("postgresql://ann:hunter2/x@db/shop")]
    [InlineData("postgresql://ann:hunter2@hunter2@db/shop")]
    [InlineData("postgresql://ann:99999/hunter2?hunter2=1@db/shop")]
    [InlineData("postgresql://ann:x%hunter2@db/shop")]
    [InlineData("postgresql://ann:12/hunter2@db/shop")]
    [InlineData("postgresql://ann:x@hunter2/@db/shop")]
    [InlineData("postgresql://db/shop?password=a&hunter2=c")]
    [InlineData("password=my hunter2 secret")]
    [InlineData("password=my hunter2=secret")]
    [InlineData("user=ann password='hunter2")]
    public void No_error_shows_a_piece_of_the_password(string text)
    {
        var error = Should.Throw<AlmanacException>(() => Parse(text));
        (error.Message + error.Hint).ShouldNotContain("hunter2");
        ConnectionReference.Mask(text).ShouldNotContain("hunter2");
    }

    private static readonly Gen<string> Words =
        from characters in Gen.NonEmptyListOf(Gen.Elements("abcXYZ019 :/@?&=#%'\\[],+äß*".ToCharArray()))
        select new string([.. characters]);

    private static readonly Gen<(string First, string Second)> Pairs = from a in Words from b in Words select (a, b);

    private static readonly Gen<(string User, string Password, string Database)> Triples = from a in Words from b in Words from c in Words select (a, b, c);

    [Fact]
    public void Any_user_password_and_database_survive_a_URI()
        => Always.Holds(Triples, c =>
        {
            var target = Parse($"postgresql://{Uri.EscapeDataString(c.User)}:{Uri.EscapeDataString(c.Password)}@db:6000/{Uri.EscapeDataString(c.Database)}");
            (target.User, target.Password, target.Database, target.Hosts[0], target.Ports[0]).ShouldBe((c.User, c.Password, c.Database, "db", 6000));
        });

    [Fact]
    public void Any_user_password_and_database_survive_key_value_text()
        => Always.Holds(Triples, c =>
        {
            static string Quote(string value) => "'" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal) + "'";
            var target = Parse($"user={Quote(c.User)} password={Quote(c.Password)} dbname={Quote(c.Database)}");
            (target.User, target.Password, target.Database).ShouldBe((c.User, c.Password, c.Database));
        });

    [Fact]
    public void Any_field_survives_the_password_file()
        => Always.Holds(Pairs, c =>
        {
            static string Escape(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);
            var user = c.First == "*" ? "star" : c.First;
            PasswordFile.Find($"db:5432:shop:{Escape(user)}:{Escape(c.Second)}", "db", 5432, "shop", user).ShouldBe(c.Second);
        });

    [Fact]
    public void Whatever_the_text_a_raw_password_is_never_shown()
        => Always.Holds(Pairs, c =>
        {
            foreach (var text in (string[])[$"postgresql://ann:{c.First}S3CRET{c.Second}@db/shop", $"user=ann password={c.First}S3CRET{c.Second} host=db"])
            {
                try
                {
                    Parse(text).ToString().ShouldNotContain("S3CRET");
                }
                catch (AlmanacException error)
                {
                    (error.Message + error.Hint).ShouldNotContain("S3CRET");
                }
            }
        }, times: 300);
}
