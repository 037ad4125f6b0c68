package ai.laconic.runtime.verify;

import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.runtime.verify.GoldenVectors.Part;
import ai.laconic.runtime.verify.GoldenVectors.Prompt;
import ai.laconic.runtime.verify.GoldenVectors.Span;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads golden vectors and holds them to the model's shapes, naming each field that is wrong. */
final class GoldenReader {
  /** A hundred windows of 1,024 tokens at a width of 2,560 stay below it. */
  static final long MAX_BYTES = 256L << 20;

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final ModelDirectory model;

  private GoldenReader(ModelDirectory model) {
    this.model = model;
  }

  static GoldenVectors read(Path file, ModelDirectory model)
      throws IOException, ModelDirectoryException {
    long size = Files.size(file);
    if (size > MAX_BYTES) {
      throw refused("", size + " bytes", "at most " + MAX_BYTES + " bytes");
    }
    JsonNode root;
    try {
      root = JSON.readTree(file.toFile());
    } catch (JacksonException e) {
      throw refused("", e.getOriginalMessage(), "a JSON object");
    }
    if (!root.isObject()) {
      throw refused("", root.getNodeType().toString(), "a JSON object");
    }
    return new GoldenReader(model).vectors(root);
  }

  private GoldenVectors vectors(JsonNode root) throws ModelDirectoryException {
    List<Span> spans = new ArrayList<>();
    for (JsonNode span : list(root, "", "spans")) {
      spans.add(span(span, "spans[" + spans.size() + "]."));
    }
    List<Prompt> prompts = new ArrayList<>();
    for (JsonNode prompt : list(root, "", "prompts")) {
      prompts.add(prompt(prompt, "prompts[" + prompts.size() + "]."));
    }
    if (spans.isEmpty() && prompts.isEmpty()) {
      throw refused("spans, prompts", "empty", "at least one of either");
    }
    return new GoldenVectors(spans, prompts);
  }

  private Span span(JsonNode span, String at) throws ModelDirectoryException {
    String text = text(span.path("text"), at + "text");
    int[] ids = ids(span, at, "ids", model.encoder().vocabularySize());
    JsonNode rows = list(span, at, "latents");
    int expected = model.ratio().latentsFor(ids.length);
    int width = model.latentWidth();
    if (rows.size() != expected) {
      throw refused(
          at + "latents", rows.size() + " rows", expected + " for " + ids.length + " ids");
    }
    float[] latents = new float[expected * width];
    for (int row = 0; row < expected; row++) {
      String field = at + "latents[" + row + "]";
      JsonNode values = rows.get(row);
      if (!values.isArray() || values.size() != width) {
        throw refused(field, values.size() + " values", width + " values, the decoder's width");
      }
      for (int i = 0; i < width; i++) {
        latents[row * width + i] = (float) number(values.get(i), field + "[" + i + "]");
      }
    }
    return new Span(text, ids, latents);
  }

  private Prompt prompt(JsonNode prompt, String at) throws ModelDirectoryException {
    List<Part> parts = new ArrayList<>();
    for (JsonNode part : list(prompt, at, "parts")) {
      String field = at + "parts[" + parts.size() + "]";
      parts.add(part.isObject() ? compressed(part, field) : new Part(text(part, field), false));
    }
    int vocabulary = model.decoder().vocabularySize();
    int[] ids = ids(prompt, at, "prompt_ids", vocabulary);
    int[] tokens = ids(prompt, at, "tokens", vocabulary);
    JsonNode stored = list(prompt, at, "margins");
    if (stored.size() != tokens.length) {
      throw refused(at + "margins", stored.size() + " numbers", "one for each of tokens");
    }
    double[] margins = new double[tokens.length];
    for (int i = 0; i < margins.length; i++) {
      margins[i] = number(stored.get(i), at + "margins[" + i + "]");
    }
    Prompt read = new Prompt(parts, ids, tokens, margins);
    if (read.positions() > model.decoder().maxPositions()) {
      throw refused(
          at + "prompt_ids, tokens",
          read.positions() + " positions",
          "at most max_position_embeddings " + model.decoder().maxPositions());
    }
    return read;
  }

  private static Part compressed(JsonNode part, String at) throws ModelDirectoryException {
    String text = text(part.path("span"), at + ".span");
    if (text.isEmpty()) {
      throw refused(at + ".span", "empty", "a text");
    }
    return new Part(text, true);
  }

  private static int[] ids(JsonNode parent, String at, String name, int vocabulary)
      throws ModelDirectoryException {
    JsonNode list = list(parent, at, name);
    int[] ids = new int[list.size()];
    for (int i = 0; i < ids.length; i++) {
      JsonNode id = list.get(i);
      if (!id.isInt() || id.intValue() < 0 || id.intValue() >= vocabulary) {
        throw refused(
            at + name + "[" + i + "]", id.toString(), "an id from 0 to " + (vocabulary - 1));
      }
      ids[i] = id.intValue();
    }
    if (ids.length == 0) {
      throw refused(at + name, "[]", "at least one id");
    }
    return ids;
  }

  private static JsonNode list(JsonNode parent, String at, String name)
      throws ModelDirectoryException {
    JsonNode list = parent.path(name);
    if (!list.isArray()) {
      throw refused(at + name, shown(list), "a list");
    }
    return list;
  }

  private static String text(JsonNode node, String field) throws ModelDirectoryException {
    if (!node.isString()) {
      throw refused(field, shown(node), "a string");
    }
    return node.stringValue();
  }

  private static double number(JsonNode node, String field) throws ModelDirectoryException {
    if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
      throw refused(field, shown(node), "a number");
    }
    return node.doubleValue();
  }

  private static String shown(JsonNode node) {
    return node.isMissingNode() ? "missing" : node.toString();
  }

  private static ModelDirectoryException refused(String field, String value, String expected) {
    return new ModelDirectoryException(GoldenVectors.FILE, field, value, expected);
  }
}
