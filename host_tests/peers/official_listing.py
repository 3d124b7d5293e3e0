"""Lists the public calls of the official tracker, with every way to pass their arguments.

Runs where that is what `import snowplow_tracker` finds. Prints a JSON list of [name, way, code]:
`code` is an expression, or an assignment, for official_calls.py.
"""

import inspect
import json

import snowplow_tracker

# A value for each parameter, by its name; "CLASS.NAME" comes first. A parameter that is not here
# is a new one, and ends this program.
VALUES = {
    "Emitter.protocol": "'http'",
    "AsyncEmitter.protocol": "'http'",
    "endpoint": "HOST",
    "protocol": "'http'",
    "port": "PORT",
    "method": "'post'",
    "batch_size": "5",
    "on_success": "print",
    "on_failure": "print",
    "byte_limit": "9000",
    "request_timeout": "(3, 7)",
    "max_retry_delay_seconds": "30",
    "buffer_capacity": "20",
    "custom_retry_codes": "{503: False}",
    "event_store": "Store()",
    "session": "Requests()",
    "thread_count": "2",
    "namespace": "new_name()",
    "Snowplow.get_tracker.namespace": "'none'",
    "Snowplow.remove_tracker_by_namespace.namespace": "'none'",
    "emitters": "emitter()",
    "subject": "Subject()",
    "app_id": "'app'",
    "encode_base64": "True",
    "json_encoder": "str",
    "tracker_config": "TrackerConfiguration()",
    "emitter_config": "EmitterConfiguration()",
    "tracker": "tracker()",
    "emitter": "emitter()",
    "tstamp": "1700000000000.0",
    "true_timestamp": "1700000000000.0",
    "context": "[SelfDescribingJson(SCHEMA, {'n': 1})]",
    "event_subject": "Subject().set_user_id('u')",
    "event": "PageView('http://a')",
    "event_json": "SelfDescribingJson(SCHEMA, {'n': 1})",
    "page_url": "'http://a'",
    "page_title": "'A'",
    "referrer": "'http://b'",
    "min_x": "1",
    "max_x": "2",
    "min_y": "3",
    "max_y": "4",
    "target_url": "'http://a'",
    "element_id": "'e'",
    "element_classes": "['a', 'b']",
    "element_target": "'t'",
    "element_content": "'c'",
    "sku": "'s'",
    "quantity": "2",
    "name": "'n'",
    "category": "'c'",
    "unit_price": "1.5",
    "price": "1.5",
    "currency": "'EUR'",
    "form_id": "'f'",
    "node_name": "'INPUT'",
    "EmitterConfiguration.value": "5",
    "value": "'v'",
    "StructuredEvent.value": "1.5",
    "Tracker.track_struct_event.value": "1.5",
    "type_": "'text'",
    "form_classes": "('a',)",
    "elements": "[{'name': 'n', 'value': 'v', 'nodeName': 'INPUT', 'type': 'text'}]",
    "terms": "['a', 'b']",
    "filters": "{'k': True, 'l': 'm'}",
    "total_results": "3",
    "page_results": "2",
    "order_id": "'o'",
    "total_value": "2.5",
    "affiliation": "'af'",
    "tax_value": "0.5",
    "shipping": "1",
    "city": "'Bonn'",
    "state": "'NW'",
    "country": "'DE'",
    "items": "[{'sku': 's', 'price': 1.5, 'quantity': 2}]",
    "id_": "UUID",
    "type": "'t'",
    "previous_name": "'p'",
    "previous_id": "UUID",
    "previous_type": "'pt'",
    "transition_type": "'tt'",
    "label": "'l'",
    "action": "'a'",
    "property_": "'p'",
    "is_async": "True",
    "schema": "SCHEMA",
    "data": "{'n': 1}",
    "dict_": "{'e': 'pv', 'url': 'http://a'}",
    "user_id": "'u'",
    "width": "128",
    "height": "64",
    "depth": "16",
    "timezone": "'Europe/Berlin'",
    "lang": "'de'",
    "duid": "'d'",
    "sid": "UUID",
    "vid": "7",
    "ip": "'203.0.113.5'",
    "ua": "'board/1'",
    "nuid": "UUID",
    "Subject.set_platform.value": "'iot'",
    "payload": "dict(PAIRS)",
    "events": "[dict(PAIRS)]",
    "evts": "[dict(PAIRS)]",
    "batch": "[dict(PAIRS)]",
    "need_retry": "True",
    "status_code": "503",
    "retry": "False",
    "timeout": "60",
    "Emitter.http_post.data": "BODY",
    "AsyncEmitter.http_post.data": "BODY",
    "Payload.add.name": "'url'",
    "Payload.add.value": "'http://a'",
    "base64": "True",
    "type_when_encoded": "'ue_px'",
    "type_when_not_encoded": "'ue_pr'",
}
# How to get what a method is called on.
OBJECTS = {
    "AsyncEmitter": "async_emitter()",
    "Emitter": "emitter()",
    "EmitterConfiguration": "EmitterConfiguration()",
    "Event": "Event({'e': 'pv', 'url': 'http://a'})",
    "EventStore": "Store()",
    "PagePing": "PagePing('http://a')",
    "PageView": "PageView('http://a')",
    "Payload": "PageView('http://a').payload",
    "ScreenView": "ScreenView(UUID, 'n', 't', 'p', UUID, 'pt', 'tt')",
    "SelfDescribing": "SelfDescribing(SelfDescribingJson(SCHEMA, {'n': 1}))",
    "SelfDescribingJson": "SelfDescribingJson(SCHEMA, {'n': 1})",
    "StructuredEvent": "StructuredEvent('c', 'a')",
    "Subject": "Subject()",
    "Tracker": "tracker()",
    "TrackerConfiguration": "TrackerConfiguration()",
    "Snowplow": "Snowplow",
}
# Never returns: the work of a thread of its own.
ENDLESS = {"AsyncEmitter.consume"}


def value(owner, name):
    for key in (owner + "." + name, owner.split(".")[0] + "." + name, name):
        if key in VALUES:
            return VALUES[key]
    raise SystemExit(f"no value for the parameter {name} of {owner}")


def ways(owner, signature):
    """(way, arguments) of a call."""
    parameters = [p for p in signature.parameters.values() if p.name not in ("self", "cls")]
    values = {p.name: value(owner, p.name) for p in parameters}
    needed = [p.name for p in parameters if p.default is p.empty]
    optional = [p for p in parameters if p.default is not p.empty]
    first = [values[name] for name in needed]
    yield "needed alone", ", ".join(first)
    if parameters:
        yield "all by position", ", ".join(values.values())
        yield "all by name", ", ".join(f"{name}={values[name]}" for name in values)
    for p in optional:
        yield p.name, ", ".join([*first, f"{p.name}={values[p.name]}"])
        if p.default is None:
            yield p.name + "=None", ", ".join([*first, p.name + "=None"])


def methods(name, kind):
    for member in sorted(dir(kind)):
        if member.startswith("_") or f"{name}.{member}" in ENDLESS:
            continue
        full = f"{name}.{member}"
        found = inspect.getattr_static(kind, member)
        its = OBJECTS[name]
        if isinstance(found, property):
            yield full, "read", f"{its}.{member}"
            if found.fset:
                yield full, "set", f"object = {its}; object.{member} = {value(name, member)}"
        elif callable(getattr(kind, member)):
            for way, arguments in ways(full, inspect.signature(getattr(kind, member))):
                yield full, way, f"{its}.{member}({arguments})"


def listing():
    names = [name for name in sorted(vars(snowplow_tracker)) if not name.startswith("_")]
    payload = snowplow_tracker.PageView("http://a").payload
    for name, found in [(name, getattr(snowplow_tracker, name)) for name in names] + [
        ("Payload", type(payload))
    ]:
        if inspect.isclass(found):
            # An EventStore is there to be inherited from, and a Payload comes from an event.
            if name not in ("EventStore", "Payload", "Snowplow"):
                for way, arguments in ways(name, inspect.signature(found)):
                    yield name, way, f"{name}({arguments})"
            yield from methods(name, found)
        elif inspect.isfunction(found):
            for way, arguments in ways(name, inspect.signature(found)):
                yield name, way, f"{name}({arguments})"
        elif not inspect.ismodule(found):
            yield name, "read", name
            for call in ("debug", "info", "warning", "error"):
                yield f"{name}.{call}", "needed alone", f"{name}.{call}('%d', 5)"
            yield f"{name}.setLevel", "needed alone", f"{name}.setLevel(30)"


print(json.dumps(list(listing())))
