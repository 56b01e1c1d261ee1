using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Almanac.Tests.Architecture;

/// <summary>One type of our own (with what is nested in it) and everything it refers to.</summary>
internal sealed record CodeType(string Namespace, string Name, IReadOnlyCollection<CodeReference> References)
{
    public string FullName => Namespace.Length == 0 ? Name : $"{Namespace}.{Name}";
}

/// <summary>A reference: the outermost type, and the member (empty when only the type is named).</summary>
internal readonly record struct CodeReference(string Namespace, string Type, string Member)
{
    public string FullType => Namespace.Length == 0 ? Type : $"{Namespace}.{Type}";
}

/// <summary>Reads assemblies into types and references, as the compiler left them: lambdas, state machines and generic arguments included.</summary>
internal static class CodeMap
{
    /// <summary>The types below a root namespace, which is cut off: a sample in <c>Forbidden.Almanac.Guard</c> reads like <c>Almanac.Guard</c>.</summary>
    public static IReadOnlyList<CodeType> Read(string assemblyFile, string prefix = "")
    {
        using var assembly = AssemblyDefinition.ReadAssembly(assemblyFile);
        return [.. assembly.MainModule.Types
            .Where(t => t.Name != "<Module>" && t.Namespace.StartsWith(prefix, StringComparison.Ordinal))
            .Select(t => new CodeType(Cut(t.Namespace, prefix), Simple(t.Name), [.. ReferencesOf(t).Select(r => r with { Namespace = Cut(r.Namespace, prefix) }).Distinct()]))];
    }

    private static string Cut(string name, string prefix) => prefix.Length > 0 && name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;

    private static string Simple(string name) => name.Split('`')[0];

    private static IEnumerable<CodeReference> ReferencesOf(TypeDefinition type)
    {
        List<TypeReference?> types = [type.BaseType, .. type.Interfaces.Select(i => i.InterfaceType), .. Attributes(type), .. Constraints(type)];
        List<CodeReference> members = [];
        foreach (var field in type.Fields)
        {
            types.AddRange([field.FieldType, .. Attributes(field)]);
        }

        foreach (var property in type.Properties)
        {
            types.AddRange(Attributes(property));
        }

        foreach (var method in type.Methods)
        {
            types.AddRange([method.ReturnType, .. method.Parameters.Select(p => p.ParameterType), .. Attributes(method), .. Constraints(method)]);
            if (method.HasBody)
            {
                types.AddRange([.. method.Body.Variables.Select(v => v.VariableType), .. method.Body.ExceptionHandlers.Select(h => h.CatchType)]);
                foreach (var instruction in method.Body.Instructions)
                {
                    Operand(instruction, types, members);
                }
            }
        }

        return types.SelectMany(Flatten).Select(t => Reference(t, string.Empty)).Concat(members).Concat(type.NestedTypes.SelectMany(ReferencesOf));
    }

    private static void Operand(Instruction instruction, List<TypeReference?> types, List<CodeReference> members)
    {
        switch (instruction.Operand)
        {
            case TypeReference named:
                types.Add(named);
                break;
            case FieldReference field:
                types.AddRange([field.DeclaringType, field.FieldType]);
                members.Add(Reference(field.DeclaringType, field.Name));
                break;
            case MethodReference called:
                types.AddRange([called.DeclaringType, called.ReturnType, .. called.Parameters.Select(p => p.ParameterType)]);
                if (called is GenericInstanceMethod generic)
                {
                    types.AddRange(generic.GenericArguments);
                }

                members.Add(Reference(called.DeclaringType, Signature(called)));
                break;
        }
    }

    // Overloads without parameters are told apart, since `new Random()` is forbidden and `new Random(seed)` is not.
    private static string Signature(MethodReference method) => method.HasParameters ? method.Name : method.Name + "()";

    private static IEnumerable<TypeReference?> Attributes(ICustomAttributeProvider provider)
        => provider.CustomAttributes.SelectMany(a => (TypeReference?[])[a.AttributeType, .. a.ConstructorArguments.Select(c => c.Value as TypeReference)]);

    private static IEnumerable<TypeReference?> Constraints(IGenericParameterProvider provider)
        => provider.GenericParameters.SelectMany(p => p.Constraints).Select(c => c.ConstraintType);

    private static IEnumerable<TypeReference> Flatten(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType generic => [generic.ElementType, .. generic.GenericArguments.SelectMany(Flatten)],
        RequiredModifierType required => Flatten(required.ElementType),
        OptionalModifierType optional => Flatten(optional.ElementType),
        FunctionPointerType pointer => [.. Flatten(pointer.ReturnType), .. pointer.Parameters.SelectMany(p => Flatten(p.ParameterType))],
        TypeSpecification shaped => Flatten(shaped.ElementType),
        _ => [type],
    };

    private static CodeReference Reference(TypeReference type, string member)
    {
        var outermost = type.GetElementType();
        while (outermost.DeclaringType is { } around)
        {
            outermost = around.GetElementType();
        }

        return new CodeReference(outermost.Namespace, Simple(outermost.Name), member);
    }
}
