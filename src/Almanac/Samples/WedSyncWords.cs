namespace Almanac.Samples;

/// <summary>A region of the marketplace: its share of the business, its money, its places and people.</summary>
internal sealed record WedSyncRegion(
    string Id, int Share, string Currency, long PriceBaseMinor, string[] Cities, string[] Locales, string[] FirstNames, string[] LastNames);

/// <summary>The vocabulary of the sample data.</summary>
internal static class WedSyncWords
{
    public static readonly WedSyncRegion[] Regions =
    [
        new("us-east-1", 40, "USD", 180_000,
            ["New York", "Boston", "Philadelphia", "Charleston", "Savannah", "Newport", "Asheville", "Miami"],
            ["en-US", "en-US", "en-US", "es-US"],
            ["Emma", "Olivia", "Ava", "Grace", "Hannah", "Chloe", "Abigail", "Naomi", "Liam", "Noah", "Ethan", "Mason", "Caleb", "Isaac", "Owen", "Julian"],
            ["Smith", "Johnson", "Williams", "Brown", "Miller", "Davis", "Wilson", "Anderson", "Taylor", "Moore", "O'Brien", "Murphy", "Cohen", "Walker", "Bennett", "Hayes"]),
        new("us-west-2", 25, "USD", 210_000,
            ["Seattle", "Portland", "San Francisco", "Napa", "Santa Barbara", "San Diego", "Scottsdale", "Honolulu"],
            ["en-US", "es-US", "es-US", "en-US"],
            ["Sofía", "Camila", "Valentina", "Lucía", "Mia", "Harper", "Zoe", "Stella", "Mateo", "Diego", "Santiago", "Lucas", "Logan", "Wyatt", "Levi", "Kai"],
            ["García", "Martínez", "Hernández", "López", "González", "Ramírez", "Nguyen", "Lee", "Kim", "Clark", "Young", "Wright", "Torres", "Reyes", "Morgan", "Cooper"]),
        new("eu-central-1", 20, "EUR", 160_000,
            ["Berlin", "München", "Wien", "Praha", "Heidelberg", "Kraków", "Salzburg", "Strasbourg"],
            ["de-DE", "de-AT", "fr-FR", "pl-PL"],
            ["Anna", "Lena", "Marie", "Sophie", "Zofia", "Élise", "Klára", "Johanna", "Lukas", "Jonas", "Felix", "Paul", "Jakub", "Émile", "Tomáš", "Moritz"],
            ["Müller", "Schmidt", "Schneider", "Fischer", "Weber", "Wagner", "Becker", "Hoffmann", "Novák", "Kowalski", "Dubois", "Lefèvre", "Gruber", "Huber", "Bauer", "König"]),
        new("asia-pacific-1", 15, "SGD", 240_000,
            ["Singapore", "Tokyo", "Sydney", "Bali", "Bangkok", "Seoul", "Mumbai", "Auckland"],
            ["en-SG", "zh-SG", "ja-JP", "hi-IN"],
            ["Mei", "Yui", "Aiko", "Priya", "Ananya", "Ji-woo", "Siti", "Charlotte", "Wei", "Haruto", "Ren", "Arjun", "Rohan", "Min-jun", "Ahmad", "Jack"],
            ["Tan", "Lim", "Wong", "Chen", "Sato", "Suzuki", "Tanaka", "Sharma", "Patel", "Iyer", "Park", "Choi", "Rahman", "Nguyen", "Campbell", "Walker"]),
    ];

    public static readonly string[] Categories =
    [
        "photography", "catering", "florist", "music", "video", "cake", "beauty", "planner", "decor", "transport", "celebrant", "attire",
    ];

    public static readonly string[] CompanyWords =
    [
        "Atelier", "Studio", "House", "Garden", "Company", "Collective", "& Daughters", "Workshop", "Brothers", "Room", "Club", "Partners",
    ];

    public static readonly string[] Sentences =
    [
        "We have worked at more than three hundred weddings and still get nervous before each one.",
        "Every couple meets us in person first, over coffee, without any obligation.",
        "Our prices include travel within the region, a rehearsal and one change of plans.",
        "Large families are welcome; so are elopements with two witnesses and a dog.",
        "We speak four languages and know the customs that go with them.",
        "Sustainable materials, local growers and short ways are a matter of course for us.",
        "A second date is kept free for outdoor celebrations until a week before the day.",
        "We were finalists of the regional wedding awards in three consecutive years.",
        "Payment is made in three instalments, the last one after you have seen the result.",
        "Ask for our references: last season's couples are happy to talk about their day.",
        "Our team is small, so you will meet the same faces from the first call to the last dance.",
        "Rain plans, late guests and forgotten rings are part of the service.",
        "For celebrations in winter we offer a reduced package from November to March.",
        "We come early, stay late and leave the place as we have found it.",
        "Dietary needs, allergies and religious rules are discussed guest by guest.",
        "The contract is one page long and can be read without a lawyer.",
        "You receive a draft within two weeks and may change it twice without extra cost.",
        "We are insured, licensed and members of the guild of our trade.",
        "Two hours of planning are included, more can be added whenever you need them.",
        "Our favourite moment is the quiet one just before the doors open.",
    ];

    public static readonly string[] Reviews =
    [
        "They understood what we wanted before we did.", "Kind, on time and never in the way.", "Our parents still talk about it.",
        "A little expensive, but worth every cent.", "The plan changed twice and nobody lost their calm.", "We would book them again tomorrow.",
        "Communication was slow in the weeks before.", "Simply the best decision of our whole planning.", "Good work, though the setup took longer than agreed.",
        "The guests asked for their card all evening.", "Everything was as promised, nothing more, nothing less.", "They saved the day when the weather did not.",
    ];

    public static readonly string[] ReviewTitles = ["Wonderful", "Very good", "As promised", "Recommended", "Mixed feelings", "Perfect day", "Thank you", "Professional"];

    public static readonly string[] Diets = ["vegetarian", "vegan", "halal", "kosher", "gluten-free", "no nuts"];

    public static readonly string[] PaymentMethods = ["card", "card", "transfer", "wallet", "direct-debit"];

    public static readonly string[] Absences = ["holiday", "private", "other platform", "fair", "training"];

    public static readonly string[] AbsenceSources = ["calendar feed", "entered by hand", "phone"];

    public static readonly string[] VenueWords = ["Hall", "Barn", "Manor", "Vineyard", "Terrace", "Pavilion", "Loft", "Chapel"];
}
