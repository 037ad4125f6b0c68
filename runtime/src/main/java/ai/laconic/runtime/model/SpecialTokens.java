package ai.laconic.runtime.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What a {@code tokenizer.json} says about ids: the added tokens by their text, and the largest id
 * of all. Read as a stream, since the file of a large vocabulary has tens of megabytes.
 */
final class SpecialTokens {
  private static final JsonFactory JSON = new JsonFactory();
  private static final long MAX_BYTES = 256L << 20;

  private final String location;
  private final Map<String, Integer> added = new HashMap<>();
  private int largestId = -1;

  private SpecialTokens(String location) {
    this.location = location;
  }

  /**
   * Reads a tokenizer's file.
   *
   * @param file the file
   * @param location its name in messages
   */
  static SpecialTokens read(Path file, String location)
      throws IOException, ModelDirectoryException {
    SpecialTokens tokens = new SpecialTokens(location);
    try {
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new ModelDirectoryException(
            location, "", size + " bytes", "at most " + MAX_BYTES + " bytes");
      }
      try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), file.toFile())) {
        tokens.parse(parser);
      }
    } catch (NoSuchFileException e) {
      throw new ModelDirectoryException(location, "", "missing", "a file");
    } catch (JacksonException e) {
      throw new ModelDirectoryException(location, "", e.getOriginalMessage(), "a JSON object");
    }
    return tokens;
  }

  /** Returns the id of an added token; refuses the file where the token isn't one. */
  int require(String token) throws ModelDirectoryException {
    Integer id = added.get(token);
    if (id == null) {
      throw new ModelDirectoryException(
          location, "added_tokens", added.size() + " tokens without it", token);
    }
    return id;
  }

  /** Refuses the file when it yields an id for which there is no embedding. */
  void checkFits(int vocabularySize) throws ModelDirectoryException {
    if (largestId < 0 || largestId >= vocabularySize) {
      throw new ModelDirectoryException(
          location,
          "largest id",
          Integer.toString(largestId),
          "below vocab_size " + vocabularySize + " of config.json");
    }
  }

  private void parse(JsonParser parser) throws ModelDirectoryException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new ModelDirectoryException(location, "", "no object", "a JSON object");
    }
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      if (field.equals("added_tokens") && value == JsonToken.START_ARRAY) {
        readAdded(parser);
      } else if (field.equals("model") && value == JsonToken.START_OBJECT) {
        readModel(parser);
      } else {
        parser.skipChildren();
      }
    }
  }

  private void readAdded(JsonParser parser) throws ModelDirectoryException {
    while (parser.nextToken() == JsonToken.START_OBJECT) {
      String content = "";
      int id = -1;
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String field = parser.currentName();
        JsonToken value = parser.nextToken();
        if (field.equals("content") && value == JsonToken.VALUE_STRING) {
          content = parser.getString();
        } else if (field.equals("id") && value == JsonToken.VALUE_NUMBER_INT) {
          id = id("added_tokens", parser);
        } else {
          parser.skipChildren();
        }
      }
      if (id < 0) {
        throw new ModelDirectoryException(
            location, "added_tokens", "no id for \"" + content + '"', "an id from 0");
      }
      added.put(content, id);
    }
  }

  private void readModel(JsonParser parser) throws ModelDirectoryException {
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      if (!field.equals("vocab")) {
        parser.skipChildren();
      } else if (value == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          parser.nextToken();
          id("model.vocab", parser);
        }
      } else if (value == JsonToken.START_ARRAY) {
        // Unigram models list their entries; the place in the list is the id.
        for (int id = 0; parser.nextToken() == JsonToken.START_ARRAY; id++) {
          parser.skipChildren();
          largestId = Math.max(largestId, id);
        }
      }
    }
  }

  private int id(String field, JsonParser parser) throws ModelDirectoryException {
    if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT || parser.getIntValue() < 0) {
      throw new ModelDirectoryException(
          location, field, String.valueOf(parser.getString()), "an id from 0");
    }
    largestId = Math.max(largestId, parser.getIntValue());
    return parser.getIntValue();
  }
}
