package ai.laconic.runtime.graph;

import ai.laconic.runtime.onnx.AttributeProto;
import ai.laconic.runtime.onnx.AttributeProto.AttributeType;
import ai.laconic.runtime.onnx.NodeProto;
import com.google.protobuf.ByteString;
import java.util.List;

/** One node in the making; it enters the graph when its outputs are named. */
final class Operation {
  private final GraphBuilder graph;
  private final String type;
  private final NodeProto.Builder node;

  Operation(GraphBuilder graph, String domain, String type, List<String> inputs) {
    this.graph = graph;
    this.type = type;
    this.node = NodeProto.newBuilder().setDomain(domain).setOpType(type).addAllInput(inputs);
  }

  Operation with(String name, long value) {
    node.addAttribute(attribute(name, AttributeType.INT).setI(value));
    return this;
  }

  Operation with(String name, float value) {
    node.addAttribute(attribute(name, AttributeType.FLOAT).setF(value));
    return this;
  }

  Operation with(String name, String value) {
    node.addAttribute(attribute(name, AttributeType.STRING).setS(ByteString.copyFromUtf8(value)));
    return this;
  }

  /** Adds the node and returns its one output. */
  String output() {
    String name = graph.freshName(type);
    outputs(name);
    return name;
  }

  /** Adds the node with outputs of these names and returns the first. */
  String outputs(String... names) {
    graph.add(this, List.of(names));
    return names[0];
  }

  NodeProto toNode(List<String> outputs) {
    return node.setName(outputs.get(0)).addAllOutput(outputs).build();
  }

  private static AttributeProto.Builder attribute(String name, AttributeType type) {
    return AttributeProto.newBuilder().setName(name).setType(type);
  }
}
