package ai.laconic.runtime.safetensors;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Parses a file's header and holds every claim in it against the bytes that are there. */
final class SafetensorsHeader {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          // Two entries of one name are a forgery: which one counts would depend on the reader.
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final String METADATA = "__metadata__";
  private static final Set<String> FIELDS = Set.of("dtype", "shape", "data_offsets");
  private static final int MAX_NAME = 256;
  private static final int MAX_RANK = 8;

  private final String location;
  private final long dataStart;
  private final long dataLength;

  SafetensorsHeader(String location, long dataStart, long dataLength) {
    this.location = location;
    this.dataStart = dataStart;
    this.dataLength = dataLength;
  }

  Map<String, StoredTensor> parse(byte[] header) throws SafetensorsException {
    JsonNode root = json(header);
    List<Map.Entry<String, StoredTensor>> found = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : root.properties()) {
      if (entry.getKey().equals(METADATA)) {
        checkMetadata(entry.getValue());
      } else {
        checkName(entry.getKey());
        found.add(Map.entry(entry.getKey(), tensor(entry.getKey(), entry.getValue())));
      }
    }
    found.sort(
        Comparator.comparingLong((Map.Entry<String, StoredTensor> e) -> e.getValue().offset())
            // An empty tensor takes no bytes and stands before its neighbour.
            .thenComparingLong(e -> e.getValue().length()));
    checkCoverage(found);
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    found.forEach(entry -> tensors.put(entry.getKey(), entry.getValue()));
    return tensors;
  }

  private JsonNode json(byte[] header) throws SafetensorsException {
    JsonNode root;
    try {
      root = JSON.readTree(header);
    } catch (JacksonException e) {
      throw refused("header", e.getOriginalMessage(), "a JSON object with each name once");
    }
    if (header[0] != '{' || !root.isObject()) {
      throw refused("header", root.getNodeType(), "a JSON object from its first byte on");
    }
    return root;
  }

  private void checkMetadata(JsonNode metadata) throws SafetensorsException {
    if (!metadata.isObject()) {
      throw refused(METADATA, metadata.getNodeType(), "an object of strings");
    }
    for (JsonNode value : metadata.values()) {
      if (!value.isString()) {
        throw refused(METADATA, value.getNodeType(), "an object of strings");
      }
    }
  }

  private void checkName(String name) throws SafetensorsException {
    if (name.isEmpty()
        || name.length() > MAX_NAME
        || name.chars().anyMatch(Character::isISOControl)) {
      throw refused(
          "tensor name", '"' + name + '"', "1 to " + MAX_NAME + " characters, no control ones");
    }
  }

  private StoredTensor tensor(String name, JsonNode entry) throws SafetensorsException {
    if (!entry.isObject()) {
      throw refused(name, entry.getNodeType(), "an object");
    }
    Set<String> fields = new TreeSet<>(entry.propertyNames());
    if (!fields.equals(FIELDS)) {
      throw refused(name, fields, "data_offsets, dtype, shape and nothing else");
    }
    JsonNode dtypeName = entry.get("dtype");
    String named = dtypeName.isString() ? dtypeName.stringValue() : dtypeName.toString();
    Dtype dtype = Dtype.named(named).orElse(null);
    if (dtype == null) {
      throw refused(name + ".dtype", named, "one of " + Dtype.names());
    }
    List<Long> shape = numbers(name + ".shape", entry.get("shape"));
    List<Long> offsets = numbers(name + ".data_offsets", entry.get("data_offsets"));
    if (shape.size() > MAX_RANK) {
      throw refused(name + ".shape", shape, "at most " + MAX_RANK + " dimensions");
    }
    checkOffsets(name, offsets);
    long length = offsets.get(1) - offsets.get(0);
    checkLength(name, dtype, shape, length);
    return new StoredTensor(location, dtype, shape, dataStart + offsets.get(0), length);
  }

  private void checkOffsets(String name, List<Long> offsets) throws SafetensorsException {
    if (offsets.size() != 2 || offsets.get(0) > offsets.get(1) || offsets.get(1) > dataLength) {
      throw refused(
          name + ".data_offsets",
          offsets,
          "begin <= end <= " + dataLength + ", the bytes behind the header");
    }
  }

  private void checkLength(String name, Dtype dtype, List<Long> shape, long length)
      throws SafetensorsException {
    long expected;
    try {
      expected = StoredTensor.sizeOf(dtype, shape);
    } catch (ArithmeticException e) {
      throw refused(name + ".shape", shape, "a size below 2^63 bytes");
    }
    if (expected != length) {
      throw refused(
          name + ".data_offsets",
          length + " bytes",
          expected + " bytes for " + dtype + " of shape " + shape);
    }
  }

  private List<Long> numbers(String field, @Nullable JsonNode array) throws SafetensorsException {
    if (array == null || !array.isArray()) {
      throw refused(field, String.valueOf(array), "an array of whole numbers");
    }
    List<Long> numbers = new ArrayList<>(array.size());
    for (JsonNode number : array.values()) {
      if (!number.isIntegralNumber() || !number.canConvertToLong() || number.longValue() < 0) {
        throw refused(field, number, "whole numbers from 0 to 2^63 - 1");
      }
      numbers.add(number.longValue());
    }
    return numbers;
  }

  /** The format wants every byte in exactly one tensor; so nothing can hide in the data. */
  private void checkCoverage(List<Map.Entry<String, StoredTensor>> sorted)
      throws SafetensorsException {
    long next = dataStart;
    for (Map.Entry<String, StoredTensor> entry : sorted) {
      StoredTensor tensor = entry.getValue();
      if (tensor.offset() != next) {
        throw refused(
            entry.getKey() + ".data_offsets",
            "begin " + (tensor.offset() - dataStart),
            "begin "
                + (next - dataStart)
                + ", the end of the tensor before it: neither overlap nor hole");
      }
      next += tensor.length();
    }
    if (next != dataStart + dataLength) {
      throw refused(
          "data", dataLength + " bytes", (next - dataStart) + " bytes, the end of the last tensor");
    }
  }

  private SafetensorsException refused(String field, Object value, String expected) {
    return new SafetensorsException(location, field, value, expected);
  }
}
