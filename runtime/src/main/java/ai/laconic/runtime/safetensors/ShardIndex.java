package ai.laconic.runtime.safetensors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads {@code *.safetensors.index.json}: which tensor is in which shard. */
final class ShardIndex {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final long MAX_BYTES = 4 << 20;

  /** No separator, no leading dot: such a name can't leave its folder. */
  private static final Pattern PLAIN_NAME =
      Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}\\.safetensors");

  private ShardIndex() {}

  static Map<String, String> read(Path file, String location)
      throws IOException, SafetensorsException {
    long size = Files.size(file);
    if (size > MAX_BYTES) {
      throw new SafetensorsException(
          location, "", size + " bytes", "at most " + MAX_BYTES + " bytes");
    }
    JsonNode root;
    try {
      root = JSON.readTree(Files.readAllBytes(file));
    } catch (JacksonException e) {
      throw new SafetensorsException(location, "", e.getOriginalMessage(), "a JSON object");
    }
    JsonNode weightMap = root.path("weight_map");
    if (!weightMap.isObject() || weightMap.isEmpty()) {
      throw new SafetensorsException(
          location, "weight_map", weightMap.getNodeType(), "an object of tensor and file names");
    }
    Map<String, String> files = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : weightMap.properties()) {
      JsonNode name = entry.getValue();
      if (!name.isString() || !PLAIN_NAME.matcher(name.stringValue()).matches()) {
        throw new SafetensorsException(
            location,
            "weight_map." + entry.getKey(),
            name,
            "a plain file name that ends in .safetensors");
      }
      files.put(entry.getKey(), name.stringValue());
    }
    return files;
  }
}
