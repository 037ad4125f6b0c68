package ai.laconic.runtime.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A small JSON config; every getter names the file and the field when it refuses a value. */
final class JsonFile {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final long MAX_BYTES = 4 << 20;
  private static final String MISSING = "missing";

  private final String location;
  private final JsonNode root;

  private JsonFile(String location, JsonNode root) {
    this.location = location;
    this.root = root;
  }

  /**
   * Reads a config.
   *
   * @param file the file
   * @param location its name in messages
   */
  static JsonFile read(Path file, String location) throws IOException, ModelDirectoryException {
    try {
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new ModelDirectoryException(
            location, "", size + " bytes", "at most " + MAX_BYTES + " bytes");
      }
      JsonNode root = JSON.readTree(Files.readAllBytes(file));
      if (!root.isObject()) {
        throw new ModelDirectoryException(
            location, "", root.getNodeType().toString(), "a JSON object");
      }
      return new JsonFile(location, root);
    } catch (NoSuchFileException e) {
      throw new ModelDirectoryException(location, "", MISSING, "a file");
    } catch (JacksonException e) {
      throw new ModelDirectoryException(location, "", e.getOriginalMessage(), "a JSON object");
    }
  }

  /** Returns the value of a field; empty where it is absent or null. */
  Optional<JsonNode> get(String field) {
    JsonNode node = root.path(field);
    return node.isMissingNode() || node.isNull() ? Optional.empty() : Optional.of(node);
  }

  int integer(String field, int min, int max) throws ModelDirectoryException {
    String expected = "a whole number from " + min + " to " + max;
    JsonNode node = get(field).orElseThrow(() -> refused(field, MISSING, expected));
    if (!node.isIntegralNumber()
        || !node.canConvertToInt()
        || node.intValue() < min
        || node.intValue() > max) {
      throw refused(field, node.toString(), expected);
    }
    return node.intValue();
  }

  boolean flag(String field, boolean otherwise) throws ModelDirectoryException {
    JsonNode node = get(field).orElse(null);
    if (node == null) {
      return otherwise;
    }
    if (!node.isBoolean()) {
      throw refused(field, node.toString(), "true or false");
    }
    return node.booleanValue();
  }

  /** Refuses a field that is there and has another value; absent fields stand for that value. */
  void mustBe(String field, String expected) throws ModelDirectoryException {
    String value = get(field).map(JsonFile::text).orElse(expected);
    if (!value.equals(expected)) {
      throw refused(field, value, expected);
    }
  }

  ModelDirectoryException refused(String field, String value, String expected) {
    return new ModelDirectoryException(location, field, value, expected);
  }

  /** Returns a string without its quotes and anything else as it stands in the file. */
  static String text(JsonNode node) {
    return node.isString() ? node.stringValue() : node.toString();
  }
}
