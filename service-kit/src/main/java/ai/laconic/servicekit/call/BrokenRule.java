package ai.laconic.servicekit.call;

import ai.laconic.servicekit.error.Problems;
import build.buf.protovalidate.Violation;
import build.buf.validate.FieldPath;
import build.buf.validate.FieldPathElement;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Words for a rule of the proto that a request breaks: field, value, and what was expected. */
final class BrokenRule {
  /** What each pattern of the proto asks for. */
  static final Map<String, String> PATTERNS =
      Map.of(
          "^ctx_[0-9a-f]{32}$", "ctx_ and 32 hexadecimal digits in lower case",
          "^[0-9a-f]{64}$", "64 hexadecimal digits in lower case",
          "^([0-9a-f]{64})?$", "64 hexadecimal digits in lower case, or nothing",
          "^(ctx_[0-9a-f]{32})?$", "ctx_ and 32 hexadecimal digits in lower case, or nothing",
          "^[A-Za-z0-9._/-]{1,63}$",
              "1 to 63 characters, each a letter of ASCII, a digit or one of . _ / -",
          "^[A-Za-z0-9._:-]{1,64}$",
              "1 to 64 characters, each a letter of ASCII, a digit or one of . _ : -",
          "^[A-Za-z0-9._:/@-]{1,128}$",
              "1 to 128 characters, each a letter of ASCII, a digit or one of . _ : / @ -",
          "^[A-Za-z0-9._:-]{0,128}$",
              "at most 128 characters, each a letter of ASCII, a digit or one of . _ : -");

  /** How protovalidate begins a sentence about what should be. */
  private static final List<String> BEGINNINGS =
      List.of("value must be ", "must be ", "must contain ", "value is ", "value ");

  private BrokenRule() {}

  /** Returns INVALID_ARGUMENT in the terms of whoever sent {@code request}. */
  static StatusRuntimeException of(Message request, Violation violation) {
    build.buf.validate.Violation rule = violation.toProto();
    Violation.FieldValue given = violation.getFieldValue();
    FieldDescriptor field = given == null ? null : given.getDescriptor();
    Object value = value(request, rule.getField());
    return Problems.invalid(
        path(rule.getField()), shown(field, value, rule.getRuleId()), expected(violation, field));
  }

  private static String path(FieldPath path) {
    return path.getElementsList().isEmpty()
        ? "request"
        : path.getElementsList().stream().map(BrokenRule::element).collect(Collectors.joining("."));
  }

  private static String element(FieldPathElement element) {
    return element.hasIndex()
        ? element.getFieldName() + "[" + element.getIndex() + "]"
        : element.getFieldName();
  }

  /** Returns what is at {@code path}, as the message holds it; null for what isn't there. */
  private static @Nullable Object value(Message request, FieldPath path) {
    Object value = request;
    for (FieldPathElement element : path.getElementsList()) {
      Message message = (Message) value;
      FieldDescriptor field =
          message.getDescriptorForType().findFieldByNumber(element.getFieldNumber());
      if (field == null || (field.hasPresence() && !message.hasField(field))) {
        return null;
      }
      value = message.getField(field);
      if (element.hasIndex()) {
        value = ((List<?>) value).get((int) element.getIndex());
      }
    }
    return value;
  }

  private static String shown(
      @Nullable FieldDescriptor field, @Nullable Object value, String rule) {
    if (value == null) {
      return "missing";
    }
    if (value instanceof Message message) {
      String text = TextFormat.printer().emittingSingleLine(true).printToString(message).strip();
      return text.isEmpty() ? "nothing" : text;
    }
    if (value instanceof List<?> list) {
      return rule.equals("repeated.unique")
          ? list.stream().map(item -> shown(field, item, rule)).collect(Collectors.joining(", "))
          : list.size() + " of them";
    }
    if (value instanceof EnumValueDescriptor constant) {
      return constant.getIndex() < 0 ? Integer.toString(constant.getNumber()) : constant.getName();
    }
    if (field != null && field.getType() == FieldDescriptor.Type.UINT32) {
      return Integer.toUnsignedString((Integer) value);
    }
    String text = String.valueOf(value);
    return text.isEmpty() ? "empty" : text;
  }

  private static String expected(Violation violation, @Nullable FieldDescriptor field) {
    String rule = violation.toProto().getRuleId();
    if (rule.equals("string.pattern") && violation.getRuleValue() != null) {
      String pattern = String.valueOf(violation.getRuleValue().getValue());
      return PATTERNS.getOrDefault(pattern, "a text of the form " + pattern);
    }
    if (rule.equals("repeated.unique")) {
      return "none twice";
    }
    if (rule.startsWith("enum.") && field != null) {
      return "one of " + names(field.getEnumType());
    }
    String message = violation.toProto().getMessage();
    for (String beginning : BEGINNINGS) {
      if (message.startsWith(beginning)) {
        return message.substring(beginning.length());
      }
    }
    return message;
  }

  /** The first constant says that nothing was said. */
  private static String names(EnumDescriptor type) {
    return type.getValues().stream()
        .skip(1)
        .map(EnumValueDescriptor::getName)
        .collect(Collectors.joining(", "));
  }
}
