namespace Almanac.EndToEndTests.Executable;

/// <summary>Databases that nobody tuned Almanac to, as SQL.</summary>
internal static class Databases
{
    /// <summary>pgbench's schema at a scale, filled as pgbench fills it, its primary keys missing.</summary>
    public static string PgBenchWithoutKeys(int scale) => $"""
        CREATE TABLE pgbench_branches (bid int NOT NULL, bbalance int, filler char(88)) WITH (fillfactor=100);
        CREATE TABLE pgbench_tellers (tid int NOT NULL, bid int, tbalance int, filler char(84)) WITH (fillfactor=100);
        CREATE TABLE pgbench_accounts (aid int NOT NULL, bid int, abalance int, filler char(84)) WITH (fillfactor=100);
        CREATE TABLE pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
        INSERT INTO pgbench_branches SELECT b, 0, '' FROM generate_series(1, {scale}) b;
        INSERT INTO pgbench_tellers SELECT t, (t - 1) / 10 + 1, 0, '' FROM generate_series(1, {scale} * 10) t;
        INSERT INTO pgbench_accounts SELECT a, (a - 1) / 100000 + 1, 0, '' FROM generate_series(1, {scale} * 100000) a;
        ANALYZE;
        """;

    /// <summary>A star: one fact table, three dimensions, no index but the dimensions' keys.</summary>
    public const string Star = """
        CREATE TABLE dim_day (day_id int PRIMARY KEY, day date NOT NULL, month int NOT NULL, year int NOT NULL);
        CREATE TABLE dim_store (store_id int PRIMARY KEY, city text NOT NULL, country text NOT NULL);
        CREATE TABLE dim_product (product_id int PRIMARY KEY, brand text NOT NULL, category text NOT NULL);
        CREATE TABLE fact_sales (sale_id bigint NOT NULL, day_id int NOT NULL, store_id int NOT NULL, product_id int NOT NULL,
                                 receipt text NOT NULL, quantity int NOT NULL, amount numeric(12,2) NOT NULL);
        INSERT INTO dim_day SELECT d, date '2024-01-01' + d, extract(month FROM date '2024-01-01' + d), extract(year FROM date '2024-01-01' + d) FROM generate_series(0, 729) d;
        INSERT INTO dim_store SELECT s, 'city ' || s, 'country ' || s % 7 FROM generate_series(1, 200) s;
        INSERT INTO dim_product SELECT p, 'brand ' || p % 90, 'category ' || p % 12 FROM generate_series(1, 3000) p;
        INSERT INTO fact_sales
        SELECT n, (n * 7919) % 730, 1 + (n * 104729) % 200, 1 + (n * 15485863) % 3000, md5(n::text), 1 + n % 5, (n % 9973) / 100.0
        FROM generate_series(1::bigint, 400000) n;
        ANALYZE;
        """;

    /// <summary>Statements on <see cref="Star"/> as an application would send them.</summary>
    public static readonly string[] StarStatements =
    [
        "SELECT f.sale_id, f.amount FROM fact_sales f WHERE f.receipt = md5('{0}')",
        "SELECT sum(f.amount) FROM fact_sales f WHERE f.product_id = 1 + {0} % 3000 AND f.day_id BETWEEN {0} % 700 AND {0} % 700 + 20",
        "SELECT s.city, sum(f.quantity) FROM fact_sales f JOIN dim_store s USING (store_id) WHERE f.day_id = {0} % 730 GROUP BY s.city ORDER BY 2 DESC LIMIT 5",
    ];
}
